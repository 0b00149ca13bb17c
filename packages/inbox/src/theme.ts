/** Belay’s look in Mantine’s terms. Colours of surfaces and text live in app.css, where light and dark stand side by side. */
import { createTheme, Drawer, Modal, type MantineColorsTuple } from '@mantine/core';

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

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  headings: { fontFamily: 'var(--font)', fontWeight: '640' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({ defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 } } }),
    Drawer: Drawer.extend({ defaultProps: { overlayProps: { backgroundOpacity: 0.45, blur: 2 } } }),
  },
});
