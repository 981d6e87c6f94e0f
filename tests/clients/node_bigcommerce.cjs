// npm: node-bigcommerce. Prints what it sees of a product's images.
const BigCommerce = require("node-bigcommerce");

const [accessToken, storeHash, url] = process.argv.slice(2);
const client = new BigCommerce({ clientId: "client", accessToken, storeHash, responseType: "json" });

async function main() {
  const images = "/products/260/images";
  const first = await client.post(images, { image_file: url, description: "first" });
  const second = await client.post(images, { image_file: url, is_thumbnail: true });
  await client.put(`${images}/${second.id}`, { ...second, description: "second", sort_order: 5 });
  const listed = await client.get(`${images}?limit=10`);
  const read = await client.get(`${images}/${first.id}`);
  const refused = await client.post(images, { image_file: "none.png" }).catch((error) => error);
  await client.delete(`${images}/${first.id}`);
  const left = await client.get(images);
  console.log(
    JSON.stringify({
      listed: listed.map((each) => [each.description, each.sort_order, each.is_thumbnail]),
      read: read.image_file === first.image_file,
      refused: refused.code,
      left: left.map((each) => each.id === second.id),
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
