package gateway

import (
	"fmt"
	"strings"

	"senti/ussd"
)

// xmlText quotes what stands in an element or attribute. Bytes that no XML can hold arrive as they are.
var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;").Replace

func comvivaXMLWire() wire {
	body := func(kind, first, session, phone, text string) req {
		return post(fmt.Sprintf(`<request type="%s"><transactionId>9001</transactionId><sessionId>%s</sessionId><msisdn>%s</msisdn><newRequest>%s</newRequest>`+
			`<subscriberInput>%s</subscriberInput><parameters></parameters><freeflow><mode>FD</mode></freeflow></request>`, kind, xmlText(session), xmlText(phone), first, xmlText(text)))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1*0712000002*100"
	screen := func(text, state string) string {
		return xmlHead + `<response><msisdn>+254712000001</msisdn><applicationResponse>` + text + `</applicationResponse><appDrivenMenuCode></appDrivenMenuCode>` +
			`<freeflow><freeflowState>` + state + `</freeflowState><freeflowCharging>N</freeflowCharging><freeflowChargingAmount>0</freeflowChargingAmount></freeflow></response>`
	}
	return wire{
		adapter: comvivaXML, names: map[string]string{"phone": "msisdn"}, lacks: "code",
		write:  func(f fields) req { return body("pull", "0", f.session, f.phone, f.text) },
		notice: func(f fields) req { return body("cleanup", "0", f.session, f.phone, f.text) },
		ended:  ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "cleanup"},

		continues: screen("Enter amount", "FC"), ends: screen("Bye", "FB"),
		turns: []turnCase{
			{"first", body("pull", "1", "S1", "254712000001", "384"), first},
			{"short dial", body("pull", "1", "S1", usualCaller, "384*1*0712000002*100"), shortDial},
			{"second", body("pull", "0", "S1", usualCaller, "5*5"), later},
			{"other elements", post(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<request type="pull"><!-- x --><language>fr</language><groupcode/><sessionId>S1</sessionId>` +
				`<msisdn>254712000001</msisdn><newRequest>0</newRequest><subscriberInput><![CDATA[5*5]]></subscriberInput><freeflow><status>FC</status></freeflow></request>`), later},
		},
		bad: []badCase{
			{"neither new nor not", body("pull", "2", "S1", usualCaller, "1"), "newRequest"},
			{"two inputs", post(`<request><sessionId>S1</sessionId><msisdn>254712000001</msisdn><newRequest>0</newRequest><subscriberInput>1</subscriberInput><subscriberInput>2</subscriberInput></request>`), "subscriberInput"},
			{"an attribute twice", post(`<request type="pull" type="cleanup"><sessionId>S1</sessionId></request>`), "type"},
		},
	}
}

func econetWire() wire {
	body := func(prefix, stage, session, phone, code, text string) req {
		space := `xmlns="http://econet.co.zw/intergration/messagingSchema"`
		if prefix != "" {
			space = `xmlns:tns="http://econet.co.zw/intergration/messagingSchema"`
		}
		out := fmt.Sprintf(`<messageRequest %s><transactionTime>2026-03-05T09:14:31.000+02:00</transactionTime><transactionID>%s</transactionID><sourceNumber>%s</sourceNumber>`+
			`<destinationNumber>%s</destinationNumber><message>%s</message><stage>%s</stage><channel>USSD</channel></messageRequest>`,
			space, xmlText(session), xmlText(phone), xmlText(code), xmlText(text), stage)
		if prefix != "" {
			out = strings.NewReplacer("</", "</"+prefix, "<", "<"+prefix).Replace(out)
		}
		return post(out)
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, ServiceCode: "384", Text: "5*5", Later: true}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1*0712000002*100"
	screen := func(text, stage string) string {
		return xmlHead + `<messageResponse xmlns="http://econet.co.zw/intergration/messagingSchema"><transactionTime>2026-03-05T09:14:31.000+02:00</transactionTime>` +
			`<transactionID>ATUid_7c1e0b</transactionID><sourceNumber>+254712000001</sourceNumber><destinationNumber>*384#</destinationNumber><message>` + text + `</message>` +
			`<stage>` + stage + `</stage><channel>USSD</channel><applicationTransactionID>ATUid_7c1e0b</applicationTransactionID><transactionType>` + stage + `</transactionType></messageResponse>`
	}
	return wire{
		adapter: econet, names: map[string]string{"phone": "sourceNumber", "session": "transactionID", "code": "destinationNumber"},
		write:     func(f fields) req { return body("", "MENU_PROCESSING", f.session, f.phone, f.code, f.text) },
		continues: screen("Enter amount", "MENU_PROCESSING"), ends: screen("Bye", "COMPLETE"),
		turns: []turnCase{
			{"first", body("", "FIRST", "S1", "254712000001", "384", "*384#"), first},
			{"short dial", body("", "FIRST", "S1", usualCaller, "384", "*384*1*0712000002*100#"), shortDial},
			{"second", body("", "MENU_PROCESSING", "S1", usualCaller, "384", "5*5"), later},
			{"with a prefix", body("tns:", "MENU_PROCESSING", "S1", usualCaller, "384", "5*5"), later},
		},
		bad: []badCase{{"no stage", body("", "", "S1", usualCaller, "384", "1"), "stage"}},
	}
}

func truRouteWire() wire {
	body := func(kind, session, phone, text string) req {
		return post(fmt.Sprintf(`<ussd><msisdn>%s</msisdn><sessionid>%s</sessionid><type>%s</type><msg>%s</msg></ussd>`, xmlText(phone), xmlText(session), kind, xmlText(text)))
	}
	later := ussd.Request{Session: "S1", Caller: usualCaller, Text: "5*5", Later: true}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1*0712000002*100"
	end := ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "release"}
	late, uncharged := end, end
	late.Reason, uncharged.Reason = "timeout", "charge failed"
	screen := func(text, kind string) string {
		return xmlHead + `<ussd><type>` + kind + `</type><msg>` + text + `</msg><premium><cost>0</cost><ref></ref></premium></ussd>`
	}
	return wire{
		adapter: truRoute, names: map[string]string{"phone": "msisdn"}, lacks: "code",
		write:  func(f fields) req { return body("2", f.session, f.phone, f.text) },
		notice: func(f fields) req { return body("3", f.session, f.phone, f.text) }, ended: end,
		continues: screen("Enter amount", "2"), ends: screen("Bye", "3"),
		turns: []turnCase{
			{"first", body("1", "S1", "254712000001", "*384#"), first},
			{"short dial", body("1", "S1", usualCaller, "*384*1*0712000002*100#"), shortDial},
			{"second", body("2", "S1", usualCaller, "5*5"), later},
		},
		bad: []badCase{{"unknown word", body("7", "S1", usualCaller, "1"), "unknown word"}},
		notices: []noticeCase{
			{"timed out", body("4", usualSession, usualCaller, ""), late},
			{"not charged", body("10", usualSession, usualCaller, ""), uncharged},
		},
	}
}

func restCommWire() wire {
	begin := func(session, phone, text string) req {
		return post(fmt.Sprintf(`<dialog type="Begin" appCntx="networkUnstructuredSsContext_version2" networkId="0" localId="%s" remoteId="13" mapMessagesSize="1" returnMessageOnError="false">`+
			`<destinationReference number="204200000000001" nai="international_number" npi="land_mobile"/><originationReference number="254700000009" nai="international_number" npi="ISDN"/>`+
			`<processUnstructuredSSRequest_Request invokeId="4" dataCodingScheme="15" string="%s"><msisdn nai="international_number" npi="ISDN" number="%s"/></processUnstructuredSSRequest_Request></dialog>`,
			xmlText(session), xmlText(text), xmlText(phone)))
	}
	next := func(attributes, session, phone, text string) req {
		return post(fmt.Sprintf(`<dialog %s localId="%s" remoteId="13" mapMessagesSize="1" userObject="4 %s"><unstructuredSSRequest_Response invokeId="1" dataCodingScheme="15" string="%s"/></dialog>`,
			attributes, xmlText(session), xmlText(phone), xmlText(text)))
	}
	later := ussd.Request{Session: "12", Caller: usualCaller, Text: "5*5", Later: true, Reused: true}
	first := later
	first.Text, first.Later, first.New = "", false, true
	shortDial := first
	shortDial.Text = "1*0712000002*100"
	end := ussd.EndNotice{Session: usualSession, Caller: usualCaller, Failed: true, Reason: "Abort"}
	late, refused := end, end
	late.Reason, refused.Reason = "dialogTimedOut", "mapUserAbortChoice"
	return wire{
		adapter: restComm, names: map[string]string{"phone": "msisdn", "session": "localId"}, lacks: "code",
		write:  func(f fields) req { return next(`type="Continue"`, f.session, f.phone, f.text) },
		notice: func(f fields) req { return next(`type="Abort"`, f.session, f.phone, f.text) }, ended: end,
		continues: xmlHead + `<dialog mapMessagesSize="1" userObject="4 +254712000001"><unstructuredSSRequest_Request dataCodingScheme="15" string="Enter amount"/></dialog>`,
		ends:      xmlHead + `<dialog mapMessagesSize="1" prearrangedEnd="false" userObject="4 +254712000001"><processUnstructuredSSRequest_Response invokeId="4" dataCodingScheme="15" string="Bye"/></dialog>`,
		turns: []turnCase{
			{"first", begin("12", "254712000001", "*384#"), first},
			{"short dial", begin("12", usualCaller, "*384*1*0712000002*100#"), shortDial},
			{"second", next(`type="Continue"`, "12", "254712000001", "5*5"), later},
			{"no number of its own", post(`<dialog type="Begin" localId="12"><originationReference number="254712000001"/><processUnstructuredSSRequest_Request invokeId="0" string="*384#"/></dialog>`), first},
		},
		bad: []badCase{{"unknown word", next(`type="Perhaps"`, "12", usualCaller, "1"), "unknown word Perhaps"}},
		notices: []noticeCase{
			{"timed out", next(`type="Continue" dialogTimedOut="true"`, usualSession, usualCaller, ""), late},
			{"refused", post(`<dialog type="Continue" localId="ATUid_7c1e0b" userObject="4 254712000001"><mapUserAbortChoice>isUserSpecificReason</mapUserAbortChoice></dialog>`), refused},
		},
	}
}
