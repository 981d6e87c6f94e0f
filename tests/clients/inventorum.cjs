// npm: simple-oauth2. Exchanges a refresh token, and uploads with the new access token.
const { AuthorizationCode } = require("simple-oauth2");

const [base, id, secret, refresh, picture] = process.argv.slice(2);

async function main() {
  const client = new AuthorizationCode({
    client: { id, secret },
    auth: { tokenHost: base, tokenPath: "/api/auth/token" },
  });
  const old = client.createToken({ access_token: "", refresh_token: refresh, expires_in: 0 });
  const { token } = await old.refresh();
  const form = new FormData();
  form.set("type", "product");
  form.set("image", new Blob([Buffer.from(picture, "base64")]), "lamp.png");
  const answer = await fetch(`${base}/api/images/`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token.access_token}`, "X-Api-Version": "12" },
    body: form,
  });
  const image = await answer.json();
  console.log(JSON.stringify({ status: answer.status, urls: Object.keys(image.urls).length }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
