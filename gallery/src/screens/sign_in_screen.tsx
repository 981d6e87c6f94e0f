import { PasteLink } from '../parts/paste_link';
import { Screen } from '../parts/screen';
import { text } from '../text/text';

/** Without a token: how to get a link, and a place to paste it. */
export function SignInScreen() {
  return (
    <div class="sign-in">
      <Screen title={text('welcome')}>
        <p>{text('welcome_body')}</p>
        <pre tabIndex={0}>
          <code>vitrine gallery SHOP</code>
        </pre>
        <PasteLink />
      </Screen>
    </div>
  );
}
