import { useEffect, useRef, useState } from 'preact/hooks';
import type { ProductSummary } from '../api/types';
import { Failure } from '../parts/failure';
import { Picture } from '../parts/picture';
import { Screen } from '../parts/screen';
import { usePages } from '../parts/pages';
import { href, navigate } from '../session/router';
import type { Access } from '../session/session';
import { plural, text } from '../text/text';

const TYPING_MILLISECONDS = 250;
const SKELETONS = 12;

/** Screen A: the products that have images, by their covers. */
export function ProductsScreen({ access }: { access: Access }) {
  const [prefix, setPrefix] = useState('');
  const pages = usePages<ProductSummary>(() => access.api.products(prefix), access.api, [
    access.token,
    prefix,
  ]);
  return (
    <Screen title={text('products')}>
      <div class="searches">
        <Search onSearch={setPrefix} />
        <OpenById />
      </div>
      {pages.error !== null && pages.items.length === 0 ? (
        <Failure error={pages.error} retry={pages.reload} />
      ) : pages.done && pages.items.length === 0 ? (
        <NoProducts prefix={prefix} />
      ) : (
        <ul class="tiles" ref={pages.list} aria-busy={!pages.done}>
          {pages.items.map((each) => (
            <Tile key={each.product} summary={each} />
          ))}
          {!pages.done &&
            pages.items.length === 0 &&
            Array.from({ length: SKELETONS }, (_, index) => (
              <li key={index} class="tile skeleton" aria-hidden="true">
                <div class="frame" />
                <p>&nbsp;</p>
              </li>
            ))}
        </ul>
      )}
      {pages.more}
    </Screen>
  );
}

function Tile({ summary: { product, images, cover } }: { summary: ProductSummary }) {
  return (
    <li class="tile">
      <div class="frame">
        {cover && (
          <Picture
            source={{ src: cover.url, srcset: cover.srcset ?? '' }}
            sizes="(max-width: 30rem) 45vw, 14rem"
            name={product}
            alt=""
            width={cover.width}
            height={cover.height}
            colour={cover.colour}
            thumbhash={cover.thumbhash}
          />
        )}
      </div>
      <a href={href({ screen: 'product', product })}>
        <bdi>{product}</bdi>
      </a>
      <p class="small">{plural('images', images)}</p>
    </li>
  );
}

function Search({ onSearch }: { onSearch: (prefix: string) => void }) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <form role="search" onSubmit={(event) => event.preventDefault()}>
      <label for="search">{text('search')}</label>
      <input
        id="search"
        type="search"
        autocomplete="off"
        spellcheck={false}
        maxLength={64}
        dir="auto"
        onInput={({ currentTarget: { value } }) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onSearch(value.trim()), TYPING_MILLISECONDS);
        }}
      />
    </form>
  );
}

function OpenById() {
  const [id, setId] = useState('');
  return (
    <form
      class="open-by-id"
      onSubmit={(event) => {
        event.preventDefault();
        if (id.trim() !== '') navigate({ screen: 'product', product: id.trim() });
      }}
    >
      <label for="open-product">{text('open_product')}</label>
      <div class="joined">
        <input
          id="open-product"
          value={id}
          placeholder={text('product_id')}
          autocomplete="off"
          spellcheck={false}
          maxLength={64}
          pattern="[^\/]+"
          dir="auto"
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
        <button class="button">{text('open')}</button>
      </div>
    </form>
  );
}

function NoProducts({ prefix }: { prefix: string }) {
  if (prefix !== '') return <p class="state">{text('none_found', { prefix })}</p>;
  return (
    <div class="state empty">
      <p class="state-title">{text('no_products')}</p>
      <p>{text('no_products_body')}</p>
    </div>
  );
}
