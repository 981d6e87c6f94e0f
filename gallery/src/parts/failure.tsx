import { Problem } from '../api/problem';
import { text, textForCode } from '../text/text';

/** An error in words. */
export function errorText(error: unknown): string {
  if (error instanceof Problem) {
    return textForCode('problem', error.code) ?? text('problem_internal');
  }
  return text('unreachable');
}

/** What failed, why, a way to try again, and the request's id for the operator. */
export function Failure({
  error,
  retry,
  what,
}: {
  error: unknown;
  retry: () => void;
  what?: string;
}) {
  const request = error instanceof Problem ? error.requestId : null;
  return (
    <div class="state" role="alert">
      <p class="state-title">{what ?? text('failed_to_load')}</p>
      <p>{errorText(error)}</p>
      <button type="button" class="button" onClick={retry}>
        {text('try_again')}
      </button>
      {request && <p class="small">{text('request', { id: request })}</p>}
    </div>
  );
}
