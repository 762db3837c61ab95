// Answers the calls of USSD gateways as an application on ussd-builder does: a question at first, and an end after any answer.
const UssdMenu = require('ussd-builder');

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

// The routes of all sessions, which the package wants us to keep.
const kept = {};
const sessions = {
  start: (id, done) => { kept[id] = kept[id] || {}; done(); },
  end: (id, done) => { delete kept[id]; done(); },
  set: (id, key, value, done) => { (kept[id] = kept[id] || {})[key] = value; done(); },
  get: (id, key, done) => done(null, (kept[id] || {})[key]),
};

require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  const { provider, call } = JSON.parse(line);
  const menu = new UssdMenu({ provider });
  menu.sessionConfig(sessions);
  menu.on('error', (problem) => say({ problem: String(problem) }));
  menu.startState({ run: () => menu.con('Enter amount'), next: { '*.+': 'end' } });
  menu.state('end', { run: () => menu.end('Bye') });
  menu.run(call, (answer) => say({ answer }));
});
