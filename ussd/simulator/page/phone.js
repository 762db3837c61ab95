// One feature phone: idle, waiting for an answer, asking for a reply, or showing a last screen.

import { Inbox } from "./inbox.js";
import { Keypad } from "./keypad.js";
import { Broken, Session, afterCode, ring, swap } from "./wire.js";

const sessionLasts = 180; // seconds; then the network ends it
const gsmTwice = /[\^{}\\[\]~|€]/g; // characters that take two places

export class Phone {
  constructor(section, { code, limit }) {
    this.section = section;
    this.number = section.dataset.phone;
    this.code = code;
    this.limit = limit;
    this.session = null;
    this.loseNext = false;
    this.inFlight = null;
    section.append(document.getElementById("phone").content.cloneNode(true));
    this.fillIn();
    this.listen();
    this.show("idle", "");
  }

  find(selector) {
    return this.section.querySelector(selector);
  }

  fillIn() {
    const { shown, pin, note, role } = this.section.dataset;
    this.section.setAttribute("aria-label", (role ? role + " phone " : "Phone ") + shown);
    this.find("h2").textContent = shown;
    this.find(".role").textContent = role ?? "";
    this.find(".role").hidden = !role;
    this.find(".note").textContent = [pin && "PIN " + pin, note].filter(Boolean).join(" · ");
    this.find(".inbox ol").setAttribute("aria-label", "Messages of " + shown + ", newest first");
    this.inbox = new Inbox(this.find(".inbox"), this.number, (unread) => this.mark(unread));
    this.entry = this.find(".entry");
    this.keypad = new Keypad(this.find(".keys"), (text, replace) => this.put(text, replace));
  }

  listen() {
    const on = (selector, act) => this.find(selector).addEventListener("click", act);
    on(".call", () => this.send());
    on(".clear", () => this.edit(this.entry.value.slice(0, -1)));
    on(".end", () => this.hangUp());
    on(".drop", () => this.drop());
    on(".lose", () => this.arm(!this.loseNext));
    on(".swap", () => this.swap());
    on(".mode", () => this.mode(!this.keypad.letters));
    this.find(".handset").addEventListener("keydown", (e) => this.keydown(e));
    // A press on a key must not take the focus from the entry, nor bring up the keyboard of a touch screen.
    this.find(".handset").addEventListener("pointerdown", (e) => {
      if (e.target.closest("button")) e.preventDefault();
    });
  }

  keydown(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") {
      this.hangUp();
    } else if (e.key === "Enter" && e.target === this.entry) {
      e.preventDefault();
      this.send();
    } else if (/^[0-9*#]$/.test(e.key) && e.target !== this.entry) {
      e.preventDefault();
      this.put(e.key, false);
    } else if (e.key === "Backspace" && e.target !== this.entry) {
      this.edit(this.entry.value.slice(0, -1));
    }
  }

  put(text, replace) {
    const before = replace ? this.entry.value.slice(0, -1) : this.entry.value;
    this.edit(before + text);
  }

  edit(text) {
    if (this.state === "ended") this.show("idle", "");
    if (this.state === "busy") return;
    this.entry.value = text.slice(0, this.entry.maxLength);
    this.entry.scrollLeft = this.entry.scrollWidth;
  }

  // send is the green key: dial, or reply.
  send() {
    const typed = this.entry.value.trim();
    if (this.state === "busy") return;
    if (this.state === "ended" && typed === "") {
      this.show("idle", "");
      return;
    }
    if (this.state === "asking") {
      if (typed === "") return;
      this.session.type(typed);
      this.turn();
      return;
    }
    const dialled = typed || this.code;
    const after = afterCode(dialled, this.code);
    if (after === null) {
      this.show("ended", `Only ${this.code} and its short cuts, such as ${this.code.slice(0, -1)}*1#, work on this phone.`);
      return;
    }
    this.session = new Session(this.number, this.code, after);
    this.turn();
  }

  // turn sends the session as it stands and shows the answer, unless the session ended meanwhile.
  async turn() {
    const session = this.session;
    this.show("busy", "");
    this.inFlight = new AbortController();
    try {
      const answer = await session.turn(this.inFlight.signal);
      if (session.over) return;
      this.answered(session, answer);
    } catch (error) {
      if (session.over) return;
      const slow = error.name === "TimeoutError";
      session.finish("Failed", error instanceof Broken ? error.reason : slow ? "no answer in time" : "no connection");
      this.show("ended", error instanceof Broken ? error.message : slow ? "No answer from the service." : "No connection to the service.");
    }
  }

  answered(session, { end, failed, text }) {
    if (this.loseNext) {
      this.arm(false);
      session.finish("Failed", "network connection lost");
      this.show("ended", "Connection lost.");
    } else if (end) {
      session.finish(failed ? "Failed" : "Success");
      this.show("ended", text, true);
    } else {
      this.show("asking", text, true);
    }
    this.refresh();
  }

  // hangUp is the red key: the person ends the session, or closes its last screen.
  hangUp() {
    const open = this.session && !this.session.over;
    this.leave("Incomplete", "");
    this.show("idle", "");
    if (open) this.find(".text").textContent = "Call ended.";
  }

  // drop breaks the network off, whatever is going on.
  drop() {
    if (!this.session || this.session.over) return;
    this.leave("Failed", "network connection lost");
    this.show("ended", "Connection lost.");
  }

  // swap puts another SIM into the phone, of which the telco tells. The call ends, as it does when a card is taken out.
  async swap() {
    this.leave("Failed", "network connection lost");
    try {
      await swap(this.number);
      this.show("ended", "The number has a new SIM.");
    } catch {
      this.show("ended", "No connection to the service.");
    }
    this.refresh();
  }

  leave(status, errorMessage) {
    if (!this.session) return;
    this.session.finish(status, errorMessage);
    this.inFlight?.abort();
  }

  arm(on) {
    this.loseNext = on;
    this.find(".lose").setAttribute("aria-pressed", String(on));
  }

  mode(letters) {
    this.keypad.letters = letters;
    this.section.classList.toggle("letters", letters);
    this.find(".mode").setAttribute("aria-pressed", String(letters));
  }

  // show changes the state and the screen; counted: the text is one of the server's, so its length matters.
  show(state, text, counted = false) {
    this.state = state;
    this.section.dataset.state = state;
    const screen = this.find(".text");
    screen.textContent = state === "busy" ? "USSD code running…" : text;
    screen.scrollTop = 0;
    screen.tabIndex = screen.scrollHeight > screen.clientHeight ? 0 : -1;
    this.entry.value = "";
    this.entry.readOnly = state === "busy";
    this.entry.placeholder = state === "asking" ? "Reply" : state === "ended" ? "" : this.code;
    this.entry.setAttribute("aria-label", state === "asking" ? "Reply" : "Dial a code");
    this.find(".call").textContent = { asking: "Send", ended: "OK" }[state] ?? "Call";
    const used = counted ? text.length + (text.match(gsmTwice) ?? []).length : 0;
    this.find(".used").textContent = counted ? `${used} of ${this.limit}` : "";
    this.find(".used").classList.toggle("over", used > this.limit);
    this.find(".drop").disabled = state === "idle" || state === "ended";
    this.tick();
  }

  // tick runs each second: the session's age, and the network's patience.
  tick() {
    const s = this.session;
    if (!s || this.state === "idle") {
      this.find(".age").textContent = "";
    } else if (!s.over) {
      this.find(".age").textContent = s.seconds() + " s";
      if (s.seconds() >= sessionLasts) {
        this.leave("Incomplete", "");
        this.show("ended", "The session timed out.");
      }
    }
  }

  refresh() {
    this.inbox.refresh();
    this.listenForRing();
  }

  // listenForRing asks the network whether it rings this phone, as long as the phone is free.
  async listenForRing() {
    const free = () => this.state === "idle" && this.entry.value === "";
    if (this.ringing || !free()) return;
    this.ringing = true;
    try {
      const page = await ring(this.number);
      if (page && free()) this.rung(page);
    } catch {
      // The next second asks again.
    } finally {
      this.ringing = false;
    }
  }

  // rung shows a page that the service pushed.
  rung(page) {
    this.leave("Incomplete", "");
    this.session = Session.pushed(this.number, this.code, page);
    this.show("asking", page.text, true);
    this.section.dispatchEvent(new CustomEvent("rung", { bubbles: true }));
  }

  mark(unread) {
    this.find(".mail").textContent = unread ? `✉ ${unread} new` : "";
    this.section.dataset.unread = unread;
    this.onmail?.(unread);
  }
}
