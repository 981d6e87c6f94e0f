import type { OrderSaver } from '../product/order_saver';
import { text } from '../text/text';
import { errorText } from './failure';

/** Shown when the order could not be saved: what happened, and what can be done. */
export function OrderStrip({ saver }: { saver: OrderSaver }) {
  const state = saver.state.value;
  if (state === 'contested') {
    return (
      <div class="strip" role="alert">
        <p>
          <strong>{text('contested')}</strong> {text('contested_body')}
        </p>
        <button type="button" class="button" onClick={() => void saver.save()}>
          {text('mine')}
        </button>
        <button type="button" class="button" onClick={() => void saver.takeTheirs()}>
          {text('theirs')}
        </button>
      </div>
    );
  }
  if (state === 'failed') {
    return (
      <div class="strip" role="alert">
        <p>
          <strong>{text('order_failed')}</strong> {errorText(saver.error.value)}
        </p>
        <button type="button" class="button" onClick={() => void saver.save()}>
          {text('try_again')}
        </button>
      </div>
    );
  }
  return null;
}
