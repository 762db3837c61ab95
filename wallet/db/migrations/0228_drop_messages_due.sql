-- Every message that is written pays for each index: messages_by_lane does what this one did.
{{.DropIndex "messages_due" "messages"}}
