import { useState } from 'preact/hooks';
import type { ImportedFile, Reason } from '../api/types';
import { Failure } from '../parts/failure';
import { usePages } from '../parts/pages';
import { Screen } from '../parts/screen';
import { href } from '../session/router';
import type { Access } from '../session/session';
import { time } from '../text/formats';
import { reasonText } from '../text/reasons';
import { text } from '../text/text';

/** Screen D: files that were uploaded or dropped, and why some were rejected. */
export function ImportsScreen({ access }: { access: Access }) {
  const [all, setAll] = useState(false);
  const pages = usePages<ImportedFile>(
    () => access.api.imports(all ? null : 'rejected'),
    access.api,
    [access.token, all],
  );
  const empty = pages.done && pages.items.length === 0;
  return (
    <Screen title={text('imports')}>
      <fieldset class="choice">
        <legend>{text('imports_show')}</legend>
        {[false, true].map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="state"
              checked={all === value}
              onChange={() => setAll(value)}
            />
            {text(value ? 'all' : 'rejected')}
          </label>
        ))}
      </fieldset>
      {pages.error !== null && pages.items.length === 0 && (
        <Failure error={pages.error} retry={pages.reload} />
      )}
      {empty && (
        <div class="state empty">
          <p class="state-title">{text(all ? 'no_imports_at_all' : 'no_imports')}</p>
          <p>{text('no_imports_body')}</p>
        </div>
      )}
      <ul class="rows" ref={pages.list} aria-busy={!pages.done}>
        {pages.items.map((each) => (
          <Row key={`${each.path} ${each.settled_at}`} file={each} />
        ))}
      </ul>
      {!pages.done && pages.error === null && <p class="state">{text('loading')}</p>}
      {pages.more}
    </Screen>
  );
}

function Row({ file }: { file: ImportedFile }) {
  const { path, product, reason, image } = file;
  return (
    <li class={reason ? 'row bad' : 'row'}>
      <p class="row-name">
        <bdi>{path}</bdi>
      </p>
      <p>{reason ? explained(reason) : image !== null && text('became_image', { image })}</p>
      <p class="small">
        {text(file.source === 'drop' ? 'source_drop' : 'source_upload')} · {time(file.settled_at)}
      </p>
      {product !== null && (
        <a href={href({ screen: 'product', product })}>{text('product', { product })}</a>
      )}
    </li>
  );
}

/** The reason in the page's language; in English where the page does not know its code. */
function explained({ code, detail }: Reason): string {
  const words = reasonText(code);
  return words === text('reason_other') ? `${words} ${detail}` : words;
}
