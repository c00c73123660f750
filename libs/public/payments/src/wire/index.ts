export { presentAttempt, presentAttemptAnswer, presentPayment, presentRefund } from './present-payment.js';
export { declineCodesPage } from '../declines/decline-page.js';
export { presentPlan } from './present-plan.js';
export {
  AttemptAnswerResponse,
  AttemptResponse,
  CardResponse,
  PaymentResponse,
  PlanResponse,
  RefundResponse,
} from './payment.response.js';
