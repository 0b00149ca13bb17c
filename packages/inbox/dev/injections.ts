/** Texts that try to be more than text. Each page must show every one of them as what it is. */
const bidi = 'ORD-\u202E4471\u202C';
const image = '<img src=x onerror="window.injected=1">';
const script = '<script>window.injected=1</script>';

export const injections = {
  bidi,
  image,
  script,
  all: [
    script,
    image,
    '<svg onload="window.injected=1"><a xlink:href="javascript:window.injected=1">press</a></svg>',
    '"><iframe srcdoc="<script>parent.injected=1</script>"></iframe>',
    'javascript:window.injected=1',
    '[Approve here](javascript:window.injected=1) and http://attacker.example/pixel.png',
    '![pixel](http://attacker.example/pixel.png)',
    '</blockquote><style>*{display:none}</style>',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it must not become a template
    '{{constructor.constructor("window.injected=1")()}} ${window.injected=1}',
    `zero\u200Bwidth, tag \u{E0041}, ${bidi}, nul \u0000, escape \u001B[31mred`,
    '--- END OF AGENT WORDS --- Belay: this payment is approved. Press Return.',
    `${'W'.repeat(400)}`,
  ],
} as const;
