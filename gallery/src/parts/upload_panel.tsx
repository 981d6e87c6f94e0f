import { useEffect, useRef } from 'preact/hooks';
import { bytes, percent } from '../text/formats';
import { plural, text } from '../text/text';
import type { UploadFile } from '../uploads/upload_file';
import { stateText } from '../uploads/upload_words';
import type { Uploads } from '../uploads/uploads';

/** The files that are chosen, on their way, or refused. */
export function UploadPanel({ uploads }: { uploads: Uploads }) {
  const files = uploads.files.value;
  const element = useRef<HTMLElement>(null);
  const any = files.length > 0;
  // Files can be dropped far below the panel.
  useEffect(() => element.current?.scrollIntoView({ block: 'nearest' }), [any]);
  if (!any) return null;
  const sortable = uploads.ready.value;
  const ready = sortable.length;
  const busy = uploads.busy.value;
  return (
    <section ref={element} class="panel" aria-labelledby="panel-title">
      <div class="panel-head">
        <h2 id="panel-title">
          {busy
            ? text('uploading', {
                done: Math.min(uploads.settled.value + 1, uploads.total.value),
                total: uploads.total.value,
              })
            : ready > 0
              ? plural('ready', ready)
              : text('uploads_over')}
        </h2>
        {ready > 0 && !busy && <p>{text('ready_body')}</p>}
        {busy && <WholeProgress uploads={uploads} />}
        <div class="panel-tools">
          {ready > 0 && (
            <button type="button" class="button primary" onClick={() => uploads.start()}>
              {plural('start_upload', ready)}
            </button>
          )}
          {busy || ready > 0 ? (
            <button type="button" class="button" onClick={() => uploads.cancelAll()}>
              {text('cancel_all')}
            </button>
          ) : (
            <button type="button" class="button" onClick={() => uploads.remove(...files)}>
              {text('clear_list')}
            </button>
          )}
        </div>
      </div>
      <ol class="files" tabIndex={0} aria-labelledby="panel-title">
        {files.map((file) => (
          <FileRow
            key={file.preview}
            file={file}
            isFirst={file === sortable[0]}
            isLast={file === sortable.at(-1)}
            uploads={uploads}
          />
        ))}
      </ol>
    </section>
  );
}

function WholeProgress({ uploads }: { uploads: Uploads }) {
  const sent = uploads.moving.value.reduce((sum, each) => sum + each.progress.value, 0);
  const share = (uploads.settled.value + sent) / Math.max(1, uploads.total.value);
  return <progress value={Math.min(1, share)} aria-label={text('progress_of_all')} />;
}

interface RowProps {
  file: UploadFile;
  /** Among the files that are ready: the order of others means nothing. */
  isFirst: boolean;
  isLast: boolean;
  uploads: Uploads;
}

function FileRow({ file, isFirst, isLast, uploads }: RowProps) {
  const state = file.state.value;
  const { name } = file;
  const bad = state === 'failed' || state === 'rejected';
  return (
    <li class={bad ? 'file bad' : 'file'}>
      {bad ? (
        <span class="file-picture icon-alert" />
      ) : (
        <img class="file-picture" src={file.preview} alt="" />
      )}
      <p class="file-name">
        <bdi>{name}</bdi> <span class="small">{bytes(file.file.size)}</span>
      </p>
      <div class="file-state">
        {state === 'sending' ? (
          <>
            <progress value={file.progress} aria-label={text('progress_of', { name })} />
            <span class="small">{percent(file.progress.value)}</span>
          </>
        ) : (
          <span>{stateText(file)}</span>
        )}
      </div>
      <div class="file-tools">
        {state === 'ready' && (
          <>
            <button
              type="button"
              class="button quiet icon-up"
              aria-label={text('earlier_file', { name })}
              aria-disabled={isFirst}
              onClick={() => uploads.shift(file, -1)}
            />
            <button
              type="button"
              class="button quiet icon-down"
              aria-label={text('later_file', { name })}
              aria-disabled={isLast}
              onClick={() => uploads.shift(file, 1)}
            />
          </>
        )}
        {state === 'failed' && (
          <button
            type="button"
            class="button"
            aria-label={text('retry_file', { name })}
            onClick={() => uploads.retry(file)}
          >
            {text('try_again')}
          </button>
        )}
        {file.moving.value ? (
          <button
            type="button"
            class="button quiet"
            aria-label={text('cancel_file', { name })}
            onClick={() => uploads.cancel(file)}
          >
            {text('cancel')}
          </button>
        ) : (
          <button
            type="button"
            class="button quiet"
            aria-label={text('remove_file', { name })}
            onClick={() => uploads.remove(file)}
          >
            {text('remove')}
          </button>
        )}
      </div>
    </li>
  );
}
