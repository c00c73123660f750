import { h } from '../dom.js';

const WIDTH = 640;
const HEIGHT = 220;

interface SignaturePad {
  readonly element: HTMLCanvasElement;
  readonly clear: () => void;
  readonly picture: () => string;
}

/**
 * A field for a finger, a pen or a mouse.
 * @param label what it is, for those who do not see it
 * @param onChange told whether anything is drawn
 */
export function signaturePad(label: string, onChange: (isDrawn: boolean) => void): SignaturePad {
  const element = h('canvas', {
    class: 'sign-field',
    width: WIDTH,
    height: HEIGHT,
    role: 'img',
    tabindex: -1,
    'aria-label': label,
  });
  const pen = element.getContext('2d');
  const place = (event: PointerEvent): [number, number] => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [((event.clientX - left) / width) * WIDTH, ((event.clientY - top) / height) * HEIGHT];
  };
  element.addEventListener('pointerdown', (event) => {
    element.setPointerCapture(event.pointerId);
    pen?.beginPath();
    pen?.moveTo(...place(event));
  });
  element.addEventListener('pointermove', (event) => {
    if (pen === null || event.buttons === 0) return;
    Object.assign(pen, { lineWidth: 3, lineCap: 'round', lineJoin: 'round', strokeStyle: '#16202b' });
    pen.lineTo(...place(event));
    pen.stroke();
    onChange(true);
  });
  return {
    element,
    clear: () => {
      pen?.clearRect(0, 0, WIDTH, HEIGHT);
      onChange(false);
    },
    picture: () => element.toDataURL('image/png'),
  };
}
