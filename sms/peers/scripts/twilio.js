// Signs calls as Twilio's own SDK expects them: {token, url, params} -> {signature}.
const { getExpectedTwilioSignature } = require('twilio/lib/webhooks/webhooks');
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { token, url, params } = JSON.parse(line);
  say({ signature: getExpectedTwilioSignature(token, url, params) });
});
