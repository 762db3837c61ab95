// A message centre made of node-smpp. It listens on a free port of this machine, tells everything that reaches it, and does what it
// is told, both as a line of JSON.
//
// Told at start, as the first argument: {"system_id", "password", "quiet": tell no single submits}
//
// Tells: {"event": "listening", port} {"event": "bind", kind, system_id, status} {"event": "submit", …} {"event": "answer", token, status}
//        {"event": "unbind"} {"event": "close"} {"event": "counts", …}
//
// Is told: {"do": "deliver", token, pdu, hex}   a deliver_sm to the last receiver; hex is the text as it travels
//          {"do": "plan", answers: [{"status", "silent", "drop", "times"}]}   how to answer the next submits
//          {"do": "receipts", "pdu": …}         a receipt for every submit, see receiptFor
//          {"do": "drop"} {"do": "counts"} {"do": "unbind"} {"do": "raw", hex}
const smpp = require('smpp');
const settings = JSON.parse(process.argv[2] || '{}');

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const hex = (value) => (Buffer.isBuffer(value) ? value.toString('hex') : value);

let next = settings.first || 0x2b3f; // message IDs count up from here
let plan = []; // how the next submits are answered
let receipts = null; // how receipts are made, if they are
let receiver = null; // the session that messages of phones go to
const sessions = new Set();
const counts = { submits: 0, taken: 0, refused: 0, silent: 0, enquiries: 0, binds: 0, unique: 0 };
const seen = new Map(); // text -> how often it was taken

function bind(session, kind, pdu) {
  const known = pdu.system_id === settings.system_id && pdu.password === settings.password;
  const status = known ? smpp.ESME_ROK : smpp.ESME_RINVPASWD;
  session.send(pdu.response({ command_status: status, system_id: 'PEER' }));
  if (known) {
    counts.binds++;
    if (kind !== 'transmitter') receiver = session;
  }
  say({ event: 'bind', kind, system_id: pdu.system_id, system_type: pdu.system_type, version: pdu.interface_version, status });
}

// textOf is a text as node-smpp reads it, and how it came.
function textOf(pdu) {
  const carried = pdu.short_message.message.length ? pdu.short_message : pdu.message_payload || pdu.short_message;
  const udh = carried.udh || pdu.short_message.udh;
  return { text: hex(carried.message), udh: udh ? udh.map(hex).join('') : '', payload: !!pdu.message_payload };
}

function submitted(session, pdu) {
  counts.submits++;
  const step = plan.length ? plan[0] : {};
  if (plan.length && --step.times <= 0) plan.shift();
  if (step.drop) return dropAll();
  if (step.silent) {
    counts.silent++;
    return;
  }
  if (step.status) {
    counts.refused++;
    session.send(pdu.response({ command_status: step.status }));
    return;
  }
  const number = next++;
  const id = settings.ids === 'decimal' ? String(number) : number.toString(16).toUpperCase().padStart(settings.pad || 0, '0');
  const carried = textOf(pdu);
  counts.taken++;
  const key = carried.udh + carried.text + pdu.destination_addr;
  seen.set(key, (seen.get(key) || 0) + 1);
  const answer = () => session.send(pdu.response({ message_id: id }));
  if (receipts && receipts.first) {
    receiptFor(session, pdu, number, id, answer);
  } else {
    answer();
    if (receipts) receiptFor(session, pdu, number, id, () => {});
  }
  if (settings.quiet) return;
  const { source_addr, source_addr_ton, source_addr_npi, destination_addr, dest_addr_ton, dest_addr_npi, esm_class, data_coding, registered_delivery, service_type } = pdu;
  const options = {};
  for (const tag of ['ussd_service_op', 'its_session_info', 'user_message_reference', 'sar_msg_ref_num', 'sar_total_segments', 'sar_segment_seqnum']) {
    if (tag in pdu) options[tag] = hex(pdu[tag]);
  }
  say({ event: 'submit', id, source_addr, source_addr_ton, source_addr_npi, destination_addr, dest_addr_ton, dest_addr_npi, esm_class, data_coding, registered_delivery, service_type, options, ...carried });
}

// receiptFor makes a receipt as receipts says: {"stat", "err", "id": hex|decimal, "where": text|option|both, "order": fields of the text,
// "lower", "pad", "first": before the answer, "payload", "state"}
function receiptFor(session, pdu, number, id, then) {
  const spelt = receipts.id === 'decimal' ? String(number) : receipts.id === 'hex' ? number.toString(16) : id;
  const name = (receipts.lower ? spelt.toLowerCase() : spelt).padStart(receipts.pad || 0, '0');
  const where = receipts.where || 'text';
  const stat = receipts.stat || 'DELIVRD';
  const fields = {
    id: where === 'option' ? '' : 'id:' + name, sub: 'sub:001', dlvrd: 'dlvrd:001', submit: 'submit date:2611280914', done: 'done date:2611280915',
    stat: receipts.stat === '' ? '' : 'stat:' + stat, err: 'err:' + (receipts.err || '000'), text: 'text:Hello id:wrong',
  };
  const order = receipts.order || ['id', 'sub', 'dlvrd', 'submit', 'done', 'stat', 'err', 'text'];
  const text = order.map((field) => fields[field]).filter((field) => field).join(' ');
  const receipt = {
    source_addr: pdu.destination_addr, source_addr_ton: 1, source_addr_npi: 1, destination_addr: pdu.source_addr, esm_class: 4, data_coding: 0,
  };
  if (receipts.payload) receipt.message_payload = text;
  else receipt.short_message = text;
  if (where !== 'text') receipt.receipted_message_id = name;
  if (receipts.state) receipt.message_state = receipts.state;
  const token = 'receipt ' + id;
  (receiver || session).deliver_sm(receipt, (answer) => {
    say({ event: 'answer', token, status: answer.command_status });
  });
  then();
}

function deliver(wanted) {
  if (!receiver) return say({ event: 'answer', token: wanted.token, status: -1 });
  const pdu = { source_addr_ton: 1, source_addr_npi: 1, ...wanted.pdu };
  if (wanted.hex !== undefined) pdu.short_message = Buffer.from(wanted.hex, 'hex');
  if (wanted.udh) pdu.short_message = { udh: Buffer.from(wanted.udh, 'hex'), message: pdu.short_message };
  if (wanted.payload !== undefined) pdu.message_payload = Buffer.from(wanted.payload, 'hex');
  if (typeof pdu.its_session_info === 'string') pdu.its_session_info = Buffer.from(pdu.its_session_info, 'hex');
  receiver.deliver_sm(pdu, (answer) => {
    say({ event: 'answer', token: wanted.token, status: answer.command_status });
  });
}

function dropAll() {
  for (const session of sessions) session.destroy();
}

const server = smpp.createServer((session) => {
  sessions.add(session);
  session.on('bind_transceiver', (pdu) => bind(session, 'transceiver', pdu));
  session.on('bind_transmitter', (pdu) => bind(session, 'transmitter', pdu));
  session.on('bind_receiver', (pdu) => bind(session, 'receiver', pdu));
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => {
    counts.enquiries++;
    if (!settings.deaf) session.send(pdu.response());
  });
  session.on('unbind', (pdu) => {
    session.send(pdu.response(), () => session.close());
    say({ event: 'unbind' });
  });
  session.on('generic_nack', (pdu) => say({ event: 'nack', status: pdu.command_status, sequence: pdu.sequence_number }));
  session.on('close', () => {
    sessions.delete(session);
    if (receiver === session) receiver = null;
    say({ event: 'close' });
  });
  session.on('error', () => {}); // a close follows
});

server.listen(settings.port || 0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const wanted = JSON.parse(line);
  switch (wanted.do) {
    case 'deliver': deliver(wanted); break;
    case 'plan': plan = wanted.answers; break;
    case 'receipts': receipts = wanted.like; break;
    case 'drop': dropAll(); break;
    case 'unbind': receiver.unbind(); break;
    case 'raw': receiver.socket.write(Buffer.from(wanted.hex, 'hex')); break;
    case 'counts':
      counts.unique = seen.size;
      say({ event: 'counts', ...counts });
      break;
    default: say({ event: 'problem', line });
  }
}).on('close', () => {
  dropAll();
  server.close(() => process.exit(0));
});
