/** Belay’s look in Mantine’s terms. Colours of surfaces and text live in app.css, where light and dark stand side by side. */
import { createTheme, Drawer, type MantineColorsTuple, Modal } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#e9f6f3',
  '#d2ebe5',
  '#a4d8cc',
  '#72c3b2',
  '#48ae9b',
  '#2c9684',
  '#147a6b',
  '#0c695b',
  '#08564b',
  '#05433a',
];

/** Mantine’s dark greys, turned towards petrol so that fields and buttons belong to the page. */
const dark: MantineColorsTuple = [
  '#e9f0ee',
  '#b4c2be',
  '#8fa09b',
  '#6d7f7a',
  '#3a4946',
  '#2b3835',
  '#1f2a27',
  '#161e1c',
  '#121917',
  '#0f1514',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, dark },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  headings: { fontFamily: 'var(--font)', fontWeight: '640' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({
      defaultProps: { centered: true, padding: 'lg', radius: 'lg', overlayProps: { backgroundOpacity: 0.45, blur: 2 } },
    }),
    Drawer: Drawer.extend({ defaultProps: { padding: 'lg', overlayProps: { backgroundOpacity: 0.45, blur: 2 } } }),
  },
});
