import type { Answer } from './client';
import { Client } from './client';
import type {
  Image,
  ImageId,
  ImagePatch,
  ImportedFile,
  NewFile,
  Order,
  Page,
  ProductImages,
  ProductSummary,
  Shop,
  TakeDown,
  Upload,
  Usage,
} from './types';

/** The endpoints, one method each (contract: vitrine §3). */
export class ShopApi {
  private readonly client: Client;
  private ahead: Promise<Page<ProductSummary>> | null = null;

  constructor(token: string, refused: (token: string) => void) {
    this.client = new Client(token, refused);
  }

  /** Goes on with another token of the same shop. */
  renew(token: string): void {
    this.client.token = token;
  }

  shop(): Promise<Shop> {
    return this.client.get('/shop');
  }

  usage(): Promise<Usage> {
    return this.client.get('/shop/usage');
  }

  /** Asks for the first products before they are needed, so that they arrive with the shop. */
  askAhead(): void {
    this.ahead = this.client.get('/products');
    this.ahead.catch(() => undefined); // the caller that awaits the answer handles the failure
  }

  /** Products that have images and whose ids begin with `prefix`. */
  products(prefix: string): Promise<Page<ProductSummary>> {
    const { ahead } = this;
    this.ahead = null;
    if (ahead !== null && prefix === '') return ahead;
    const query = new URLSearchParams(prefix === '' ? {} : { prefix });
    return this.client.get(query.size === 0 ? '/products' : `/products?${query}`);
  }

  /** Files that were uploaded or dropped and that are settled. */
  imports(state: 'rejected' | null): Promise<Page<ImportedFile>> {
    return this.client.get(state === null ? '/imports' : `/imports?state=${state}`);
  }

  /** Another page, by the `next` of the one before it. */
  page<Item>(next: string): Promise<Page<Item>> {
    return this.client.get(next);
  }

  /** All images of a product; `value` is null if the gallery still has that ETag. */
  images(product: string, etag: string | null = null): Promise<Answer<ProductImages>> {
    return this.client.read(productPath(product), etag);
  }

  putOrder(product: string, images: readonly ImageId[], etag: string): Promise<Order> {
    return this.client.send('PUT', `${productPath(product)}/order`, { body: { images }, etag });
  }

  patchImage(product: string, image: ImageId, patch: ImagePatch): Promise<Image> {
    return this.client.send('PATCH', imagePath(product, image), { body: patch });
  }

  deleteImage(product: string, image: ImageId, keepalive = false): Promise<null> {
    return this.client.send('DELETE', imagePath(product, image), { keepalive });
  }

  createUpload(product: string, files: readonly NewFile[], key: string): Promise<Upload> {
    return this.client.send('POST', `${productPath(product)}/uploads`, {
      body: { files },
      idempotencyKey: key,
    });
  }

  upload(id: string, etag: string | null): Promise<Answer<Upload>> {
    return this.client.read(`/uploads/${encodeURIComponent(id)}`, etag);
  }

  createTakeDown(product: string, image: ImageId, key: string): Promise<TakeDown> {
    return this.client.send('POST', '/take-downs', {
      body: { product, image },
      idempotencyKey: key,
    });
  }

  takeDown(id: string): Promise<TakeDown> {
    return this.client.get(`/take-downs/${encodeURIComponent(id)}`);
  }
}

function productPath(product: string): string {
  return `/products/${encodeURIComponent(product)}`;
}

function imagePath(product: string, image: ImageId): string {
  return `${productPath(product)}/images/${image}`;
}
