export {
  presentAttempt,
  presentAttemptAnswer,
  presentPayment,
  presentRefund,
  type WireLanguage,
} from './present-payment.js';
export {
  AttemptAnswerResponse,
  AttemptResponse,
  CardResponse,
  PaymentResponse,
  RefundResponse,
} from './payment.response.js';
