// npm: nuvemshop. Prints the images that it lists, with and without a filter.
const nuvemshop = require("nuvemshop");

const [token, store, product] = process.argv.slice(2);
nuvemshop.config({
  store_id: store,
  access_token: `bearer ${token}`,
  user_agent: "Lamps (dev@example.com)",
  user_agents: "Lamps (dev@example.com)", // the name that it reads where there is no filter
});

async function main() {
  const all = await nuvemshop.getProductImages(product);
  const page = await nuvemshop.getProductImages(product, "fields=id,position&per_page=1");
  console.log(JSON.stringify({ all, page }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
