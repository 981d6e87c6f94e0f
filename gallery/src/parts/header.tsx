import { route, href } from '../session/router';
import { choose, current, shops, signOut } from '../session/session';
import { LANGUAGES, chooseLanguage, language, nativeName } from '../text/language';
import { text } from '../text/text';

const SECTIONS = ['products', 'imports', 'usage'] as const;

/** The banner: name, shop, sections, language, and the way out. */
export function Header({ signedIn }: { signedIn: boolean }) {
  return (
    <header class="banner">
      <a class="skip" href="#main" onClick={skip}>
        {text('skip')}
      </a>
      <p class="brand">Vitrine</p>
      {signedIn && <ShopChoice />}
      {signedIn && <Sections />}
      <div class="banner-end">
        <select
          aria-label={text('language')}
          value={language.value}
          onChange={({ currentTarget }) => chooseLanguage(currentTarget.value)}
        >
          {LANGUAGES.map((each) => (
            <option key={each} value={each} lang={each}>
              {nativeName(each)}
            </option>
          ))}
        </select>
        {signedIn && (
          <button type="button" class="button quiet icon-out" onClick={signOut}>
            {text('sign_out')}
          </button>
        )}
      </div>
    </header>
  );
}

// The address is the router's, so the link moves the focus itself.
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}

function ShopChoice() {
  const id = current.value?.shop?.id ?? '';
  if (shops.value.length < 2) {
    return (
      <p class="shop">
        {text('shop')} <bdi>{id}</bdi>
      </p>
    );
  }
  return (
    <select
      class="shop"
      aria-label={text('shop')}
      value={id}
      onChange={({ currentTarget }) => {
        choose(currentTarget.value);
        location.hash = href({ screen: 'products' });
      }}
    >
      {shops.value.map(({ shop }) => (
        <option key={shop?.id} value={shop?.id}>
          {text('shop_named', { shop: shop?.id ?? '' })}
        </option>
      ))}
    </select>
  );
}

function Sections() {
  const screen = route.value.screen === 'product' ? 'products' : route.value.screen;
  return (
    <nav aria-label={text('sections')}>
      {SECTIONS.map((each) => (
        <a
          key={each}
          href={href({ screen: each })}
          aria-current={each === screen ? 'page' : undefined}
        >
          {text(each)}
        </a>
      ))}
    </nav>
  );
}
