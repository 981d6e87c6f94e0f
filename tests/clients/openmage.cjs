// npm: oauth and oauth-1.0a. Each adds an image and lists what the product has.
const crypto = require("node:crypto");
const { OAuth } = require("oauth");
const OAuth1 = require("oauth-1.0a");

const [base, consumerKey, consumerSecret, token, tokenSecret, picture] = process.argv.slice(2);
const body = JSON.stringify({
  file_mime_type: "image/png",
  file_content: picture,
  file_name: "lamp",
});

// The library's examples say version 1.0A, which OpenMage refuses, too.
function withOAuth(product) {
  const client = new OAuth("", "", consumerKey, consumerSecret, "1.0", null, "HMAC-SHA1", 32, {
    Accept: "application/json",
    "User-Agent": "node-oauth",
  });
  const url = `${base}/api/rest/products/${product}/images`;
  return new Promise((resolve, reject) => {
    client.post(url, token, tokenSecret, body, "application/json", (failed, _data, answer) => {
      if (failed) return reject(new Error(JSON.stringify(failed)));
      client.get(url, token, tokenSecret, (error, listed) =>
        error
          ? reject(new Error(JSON.stringify(error)))
          : resolve([answer.statusCode, JSON.parse(listed).length]),
      );
    });
  });
}

async function withOAuth1(product) {
  const client = new OAuth1({
    consumer: { key: consumerKey, secret: consumerSecret },
    signature_method: "HMAC-SHA256",
    hash_function: (text, key) => crypto.createHmac("sha256", key).update(text).digest("base64"),
  });
  const url = `${base}/api/rest/products/${product}/images`;
  const send = (method, more) => {
    const signed = client.authorize({ url, method }, { key: token, secret: tokenSecret });
    const headers = { ...client.toHeader(signed), Accept: "application/json", ...more.headers };
    return fetch(url, { method, ...more, headers });
  };
  const added = await send("POST", { body, headers: { "Content-Type": "application/json" } });
  const listed = await send("GET", {});
  return [added.status, (await listed.json()).length];
}

async function main() {
  console.log(JSON.stringify({ oauth: await withOAuth(261), oauth1: await withOAuth1(262) }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
