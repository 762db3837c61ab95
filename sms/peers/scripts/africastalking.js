// Sends one message through Africa's Talking's own SDK to a server of ours: {url, username, apiKey, to, message, from} -> {answer} or
// {problem}. The SDK's address is the only thing that is changed.
const common = require('africastalking/lib/common');
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { url, username, apiKey, to, message, from } = JSON.parse(line);
  const sdk = require('africastalking')({ username, apiKey });
  common.SMS_URL = url;
  sdk.SMS.send({ to, message, from, enqueue: true })
    .then((answer) => say({ answer }), (problem) => say({ problem: String(problem) }));
});
