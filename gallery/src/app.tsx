import { useLayoutEffect } from 'preact/hooks';
import { Banners } from './parts/banners';
import { Failure } from './parts/failure';
import { Header } from './parts/header';
import { Menu } from './parts/menu';
import { Notices, undoDeletion } from './parts/notices';
import { deletions, sendDeletionsNow } from './product/deletions';
import { hasUnsavedWork } from './product/open_product';
import { ImportsScreen } from './screens/imports_screen';
import { ProductScreen } from './screens/product_screen';
import { ProductsScreen } from './screens/products_screen';
import { SignInScreen } from './screens/sign_in_screen';
import { UsageScreen } from './screens/usage_screen';
import type { Route } from './session/router';
import { route } from './session/router';
import type { Access } from './session/session';
import { current, signedIn, start, startError, starting } from './session/session';
import { Announcer } from './text/announcer';

/** The whole page. */
export function App() {
  useLayoutEffect(watchPage, []); // before anything can be seen and used
  return (
    <>
      <Header signedIn={signedIn.value} />
      <Banners />
      <main id="main" tabIndex={-1}>
        <Content />
      </main>
      <Notices />
      <Menu />
      <Announcer />
    </>
  );
}

function Content() {
  const access = current.value;
  if (access === null) return starting.value ? null : <SignInScreen />;
  if (access.shop === null) {
    if (access.ended) return null;
    return <Failure error={startError.value} retry={() => void start()} />;
  }
  return <ScreenOf key={access.shop.id} access={access} to={route.value} />;
}

function ScreenOf({ access, to }: { access: Access; to: Route }) {
  switch (to.screen) {
    case 'products':
      return <ProductsScreen access={access} />;
    case 'product':
      return <ProductScreen key={to.product} access={access} product={to.product} />;
    case 'imports':
      return <ImportsScreen access={access} />;
    case 'usage':
      return <UsageScreen access={access} />;
  }
}

/** Undo by key, and a question before work is lost. Waiting deletions outlive the page. */
function watchPage(): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    const inText = event.target instanceof HTMLInputElement;
    const isUndo = event.key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (!isUndo || inText || deletions.peek().length === 0) return;
    event.preventDefault();
    undoDeletion();
  };
  const onLeave = (event: BeforeUnloadEvent): void => {
    if (hasUnsavedWork()) event.preventDefault();
  };
  // Where nothing takes a file, the browser would leave the page and show it.
  const onStray = (event: DragEvent): void => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'none';
  };
  addEventListener('dragover', onStray);
  addEventListener('drop', onStray);
  document.addEventListener('keydown', onKeyDown);
  addEventListener('beforeunload', onLeave);
  addEventListener('pagehide', sendDeletionsNow);
  return () => {
    removeEventListener('dragover', onStray);
    removeEventListener('drop', onStray);
    document.removeEventListener('keydown', onKeyDown);
    removeEventListener('beforeunload', onLeave);
    removeEventListener('pagehide', sendDeletionsNow);
  };
}
