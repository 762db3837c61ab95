// The page around the phones: which there are, a tab for each on a small screen, and the second hand.

import { Phone } from "./phone.js";

const { code, prefix, limit } = document.documentElement.dataset;
const settings = { code, limit: Number(limit) };
const main = document.getElementById("phones");
const tabs = document.getElementById("tabs");
const kept = "senti.phones"; // numbers added by hand, in this browser
const phones = new Map();

function start() {
  const chosen = location.hash.slice(1).split(",").map(international).filter(Boolean);
  if (chosen.length > 0) {
    choose(chosen);
  } else {
    main.querySelectorAll(".phone").forEach(raise);
    added().forEach(add);
  }
  addEventListener("hashchange", () => location.reload());
  new ResizeObserver(crowd).observe(main);
  document.getElementById("add").addEventListener("submit", submit);
  setInterval(second, 1_000);
  document.addEventListener("visibilitychange", second);
  if (!matchMedia("(pointer: coarse)").matches) phones.values().next().value?.entry.focus();
  second();
}

// choose puts these phones on the desk, in this order, and no others.
function choose(numbers) {
  const seeds = new Map([...main.children].map((section) => [section.dataset.phone, section]));
  main.replaceChildren();
  for (const number of numbers) {
    const seed = seeds.get(number);
    if (!seed) {
      add(number);
    } else if (!phones.has(number)) {
      main.append(seed);
      raise(seed);
    }
  }
}

// crowd shows the tabs when the desk is too narrow for all phones.
function crowd() {
  document.body.classList.toggle("crowded", main.scrollWidth > main.clientWidth + 1);
}

// raise turns a section into a phone, with its tab.
function raise(section) {
  const phone = new Phone(section, settings);
  phones.set(phone.number, phone);
  const tab = document.createElement("button");
  tab.type = "button";
  tab.textContent = section.dataset.shown.replaceAll(" ", "").slice(-3);
  tab.dataset.role = section.dataset.role ?? "";
  tab.setAttribute("aria-label", section.getAttribute("aria-label"));
  tab.addEventListener("click", () => {
    section.scrollIntoView({ block: "nearest", inline: "start" });
    phone.entry.focus({ preventScroll: true });
  });
  tabs.append(tab);
  phone.onmail = (unread) => tab.classList.toggle("unread", unread > 0);
  phone.tab = tab;
  onView.observe(section);
  crowd();
  return phone;
}

const onView = new IntersectionObserver((entries) => {
  for (const e of entries) phones.get(e.target.dataset.phone)?.tab.setAttribute("aria-current", String(e.isIntersecting));
}, { root: main, threshold: 0.6 });

function second() {
  if (document.hidden) return;
  for (const phone of phones.values()) {
    phone.tick();
    phone.refresh();
  }
}

function submit(e) {
  e.preventDefault();
  const field = document.getElementById("number");
  const number = international(field.value);
  const problem = document.getElementById("add-problem");
  problem.textContent = number ? "" : "Not a phone number.";
  if (!number) return;
  if (!phones.has(number)) {
    add(number);
    localStorage.setItem(kept, JSON.stringify([...added(), number]));
  }
  field.value = "";
  const { section, entry } = phones.get(number);
  section.scrollIntoView({ block: "nearest", inline: "start" });
  entry.focus({ preventScroll: true });
}

function add(number) {
  if (phones.has(number)) return;
  const section = document.createElement("section");
  section.className = "phone";
  section.dataset.phone = number;
  section.dataset.shown = athome(number);
  section.dataset.note = "added here";
  main.append(section);
  const phone = raise(section);
  const remove = phone.find(".remove");
  remove.hidden = false;
  remove.addEventListener("click", () => {
    phone.hangUp();
    phone.tab.remove();
    section.remove();
    phones.delete(number);
    crowd();
    localStorage.setItem(kept, JSON.stringify(added().filter((n) => n !== number)));
    document.getElementById("number").focus();
  });
}

function added() {
  try {
    return JSON.parse(localStorage.getItem(kept) ?? "[]").filter((n) => /^\+\d{8,15}$/.test(n));
  } catch {
    return [];
  }
}

// international completes a number typed as at home; whether it is a real one, the server says when it dials.
function international(typed) {
  const bare = typed.replace(/[\s().-]/g, "");
  const digits = bare.replace(/^\+/, "");
  if (!/^\d{7,15}$/.test(digits)) return "";
  if (bare.startsWith("+")) return bare;
  if (bare.startsWith("00")) return "+" + bare.slice(2);
  if (("+" + bare).startsWith(prefix) && bare.length > 10) return "+" + bare;
  return prefix + bare.replace(/^0/, "");
}

function athome(number) {
  const digits = number.startsWith(prefix) ? "0" + number.slice(prefix.length) : number;
  return digits.replace(/^(\+?\d{4})(\d{3})(\d+)$/, "$1 $2 $3");
}

start();
