import { Screen } from '../parts/screen';
import type { Access } from '../session/session';
import { text } from '../text/text';

/** Screen B: the images of one product. */
export function ProductScreen({ product }: { access: Access; product: string }) {
  return <Screen title={text('product', { product })}>{null}</Screen>;
}
