// The messages of one phone, newest first: what it got, and what its owner wrote to the service.

import { messages, write } from "./wire.js";

export class Inbox {
  // onunread(count) is called whenever the number of unread messages may have changed.
  constructor(section, number, onunread) {
    this.section = section;
    this.number = number;
    this.onunread = onunread;
    this.seen = null;
    this.unread = 0;
    this.list = this.find("ol");
    this.form = this.find("form");
    this.words = this.find(".words");
    this.opener = this.find(".compose");
    this.listen();
  }

  find(selector) {
    return this.section.querySelector(selector);
  }

  listen() {
    this.section.addEventListener("click", () => this.read());
    this.list.addEventListener("focus", () => this.read());
    this.opener.addEventListener("click", () => this.compose(this.form.hidden));
    this.form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.send();
    });
    this.form.addEventListener("keydown", (e) => {
      if (e.key === "Escape") this.compose(false);
    });
  }

  // compose shows or hides the line to write on.
  compose(open) {
    this.form.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    this.problem("");
    (open ? this.words : this.opener).focus();
  }

  // send brings what was written to the service. It stays on the line if the service does not take it.
  async send() {
    const words = this.words.value.trim();
    if (words === "" || this.sending) return;
    this.sending = true;
    try {
      await write(this.number, words);
    } catch {
      this.problem("Not sent. Try again.");
      return;
    } finally {
      this.sending = false;
    }
    this.words.value = "";
    this.put({ text: words, at: new Date().toISOString() }, "sent");
    this.compose(false);
    this.refresh();
  }

  problem(text) {
    this.find("output").textContent = text;
  }

  // refresh looks for new messages. A demo server that is down is shown by the phone itself, not here.
  async refresh() {
    if (this.fetching) return;
    this.fetching = true;
    try {
      this.receive(await messages(this.number));
    } catch {
      // The next second asks again.
    } finally {
      this.fetching = false;
    }
  }

  receive(list) {
    const first = this.seen === null;
    this.seen ??= new Set();
    for (const message of list) {
      if (this.seen.has(message.id)) continue;
      this.seen.add(message.id);
      this.put(message, first ? "" : "new");
      if (!first) this.unread++;
    }
    this.find(".count").textContent = this.seen.size || "";
    if (first) this.list.setAttribute("aria-live", "polite");
    this.mark();
  }

  put(message, kind) {
    this.list.prepend(item(message, kind));
    this.list.scrollTop = 0;
  }

  read() {
    this.unread = 0;
    this.section.querySelectorAll("li.new").forEach((li) => li.classList.remove("new"));
    this.mark();
  }

  mark() {
    this.onunread(this.unread);
  }
}

function item({ text, at }, kind) {
  const li = document.createElement("li");
  if (kind) li.className = kind;
  const words = document.createElement("p");
  words.textContent = text;
  const time = document.createElement("time");
  time.dateTime = at;
  const when = new Date(at).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  time.textContent = kind === "sent" ? "You wrote · " + when : when;
  li.append(words, time);
  return li;
}
