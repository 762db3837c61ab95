// The twelve keys of a feature phone: digits, or letters by repeated presses. One tab stop; arrow keys move within.

const keys = [
  ["1", ".,?!'-"], ["2", "abc"], ["3", "def"],
  ["4", "ghi"], ["5", "jkl"], ["6", "mno"],
  ["7", "pqrs"], ["8", "tuv"], ["9", "wxyz"],
  ["*", "*"], ["0", " 0"], ["#", "#"],
];
const columns = 3;
const nextLetterAfter = 1_000; // ms without a press, and the same key starts a new letter

export class Keypad {
  // put(text, replace) is called for each press; replace: the press changes the letter before.
  constructor(group, put) {
    this.put = put;
    this.letters = false;
    this.last = { key: -1, at: 0, presses: 0 };
    this.buttons = keys.map(([digit, letters], i) => this.button(group, digit, letters, i));
    this.buttons[0].tabIndex = 0;
    group.addEventListener("keydown", (e) => this.move(e));
  }

  button(group, digit, letters, i) {
    const b = document.createElement("button");
    b.type = "button";
    b.tabIndex = -1;
    b.dataset.key = digit;
    b.append(digit);
    const small = document.createElement("small");
    small.textContent = letters === digit ? "" : letters.replace(" 0", "space");
    small.setAttribute("aria-hidden", "true");
    b.append(small);
    b.addEventListener("click", () => this.press(i));
    group.append(b);
    return b;
  }

  press(i) {
    const [digit, letters] = keys[i];
    if (!this.letters) {
      this.put(digit, false);
      return;
    }
    const now = Date.now();
    const again = this.last.key === i && now - this.last.at < nextLetterAfter;
    const presses = again ? this.last.presses + 1 : 0;
    this.last = { key: i, at: now, presses };
    const cycle = letters.includes(digit) ? letters : letters + digit;
    this.put(cycle[presses % cycle.length].toUpperCase(), again);
  }

  move(e) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[e.key];
    const from = this.buttons.indexOf(document.activeElement);
    const to = this.buttons[from + step];
    if (!to) return;
    e.preventDefault();
    this.buttons[from].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }
}
