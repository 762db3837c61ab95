// What the telco's side of a phone says to the server: of a USSD session Africa's Talking's form fields, of a text Senti's own
// JSON, and nothing else.

const callback = "/ussd/africastalking";
const texts = "/sms/senti";
const answerWithin = 10_000; // the aggregator waits no longer

// A session keeps what the aggregator would: everything dialled and typed, joined by "*".
export class Session {
  constructor(phone, code, dialled) {
    this.phone = phone;
    this.code = code;
    this.id = "ATUid_" + randomHex(32);
    this.text = dialled;
    this.began = Date.now();
    this.hops = 0;
    this.last = "";
    this.over = false;
  }

  // pushed is a session that the service began, with the page it shows.
  static pushed(phone, code, { session, text }) {
    const begun = new Session(phone, code, "");
    begun.id = session;
    begun.last = "CON " + text;
    return begun;
  }

  seconds() {
    return Math.floor((Date.now() - this.began) / 1000);
  }

  type(input) {
    this.text = this.text === "" ? input : this.text + "*" + input;
  }

  // turn sends what there is and returns {end, text}. It throws Broken when the answer is none that a telco would show.
  async turn(signal) {
    this.hops++;
    const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithin)]);
    const response = await fetch(callback, { method: "POST", body: this.form({ text: this.text }), signal: within });
    const body = await response.text();
    const word = body.slice(0, 4);
    this.last = body;
    if (word !== "CON " && word !== "END ") {
      throw new Broken("Connection problem or invalid MMI code.", `answered ${response.status} without CON or END`);
    }
    return { end: word === "END " || !response.ok, failed: !response.ok, text: body.slice(4) };
  }

  // finish tells the server that the session is over: status is Success, Incomplete or Failed.
  finish(status, errorMessage = "") {
    if (this.over) return;
    this.over = true;
    const notice = this.form({
      date: new Date().toISOString().slice(0, 19).replace("T", " "),
      status,
      cost: "KES 0.10",
      durationInMillis: String(Date.now() - this.began),
      hopsCount: String(this.hops),
      input: this.text,
      lastAppResponse: this.last,
    });
    if (errorMessage) notice.set("errorMessage", errorMessage);
    // keepalive: a closed tab is a lost phone, and the notice still goes out. A lost notice is part of the game.
    fetch(callback + "/events", { method: "POST", body: notice, keepalive: true }).catch(() => {});
  }

  form(more) {
    return new URLSearchParams({
      sessionId: this.id,
      phoneNumber: this.phone,
      networkCode: "63902",
      serviceCode: this.code,
      ...more,
    });
  }
}

// Broken is an answer that ends the session as far as the phone is concerned; message is what the phone says.
export class Broken extends Error {
  constructor(message, reason) {
    super(message);
    this.reason = reason;
  }
}

// afterCode returns what was dialled after the service code, or null when another code was dialled:
// "*384*1*0712000002*100#" gives "1*0712000002*100", and "*384#" gives "".
export function afterCode(dialled, code) {
  const stem = code.slice(0, -1);
  if (dialled === code) return "";
  if (!dialled.startsWith(stem + "*") || !dialled.endsWith("#")) return null;
  return dialled.slice(stem.length + 1, -1);
}

// write brings a text to the service. It throws when the service did not take it.
export async function write(phone, text) {
  const message = { id: "SIM_" + randomHex(32), from: phone, text, at: new Date().toISOString() };
  const response = await fetch(texts, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(answerWithin),
  });
  if (!response.ok) throw new Error("text: " + response.status);
}

// ring asks whether the phone rings: {session, text} of the page it rings for, or null. Who asks has taken it.
export async function ring(phone) {
  const response = await fetch("/simulator/ring?phone=" + encodeURIComponent(phone), { method: "POST" });
  if (!response.ok) throw new Error("ring: " + response.status);
  return response.status === 204 ? null : response.json();
}

// swap has the telco tell that the number has another SIM.
export async function swap(phone) {
  const response = await fetch("/simulator/sim?phone=" + encodeURIComponent(phone), { method: "POST" });
  if (!response.ok) throw new Error("sim: " + response.status);
}

export async function messages(phone) {
  const response = await fetch("/simulator/messages?phone=" + encodeURIComponent(phone));
  if (!response.ok) throw new Error("messages: " + response.status);
  return response.json();
}

function randomHex(digits) {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
