/**
 * The other side: a payment endpoint that pays nothing without a permit. It needs Belay's public key and no network;
 * an agent that has the bank's password as well still cannot get round Belay.
 */
import { createPermitVerifier, type VerifierOptions } from '@belay/sdk/verify';
import type { Payment } from './three-lines.ts';

type Pay = (payment: Payment, idempotencyKey: string) => Promise<{ reference: string }>;

export const createPaymentEndpoint = (options: VerifierOptions, pay: Pay) => {
  // region verify
  const permits = createPermitVerifier({ ...options, audience: 'payment-approval' });
  return async (request: Request): Promise<Response> => {
    const payment = (await request.json()) as Payment;
    const token = request.headers.get('belay-permit');
    const verdict = await permits.verify(token, { step: 'release-payment', arguments: payment });
    if (!verdict.ok) return Response.json({ refused: verdict.because }, { status: 403 });
    return Response.json(await pay(payment, verdict.permit.key));
  };
  // endregion
};
