import { minutesLeft } from '../session/expiry';
import { online } from '../session/network';
import { current } from '../session/session';
import { plural, text } from '../text/text';
import { PasteLink } from './paste_link';

/** What the user must know about the connection and the link, above every screen. */
export function Banners() {
  const ended = current.value?.ended ?? false;
  return (
    <>
      {!online.value && (
        <div class="strip" role="status">
          {text('offline')}
        </div>
      )}
      {ended ? (
        <section class="strip ended" aria-labelledby="ended-title" role="alert">
          <h2 id="ended-title">{text('expired')}</h2>
          <p>{text('expired_body')}</p>
          <PasteLink />
        </section>
      ) : (
        minutesLeft.value !== null && (
          <div class="strip" role="status">
            <strong>{plural('expiring', minutesLeft.value)}</strong> {text('expiring_body')}
          </div>
        )
      )}
    </>
  );
}
