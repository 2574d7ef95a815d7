import { sha256Hex } from '../contract/digest.ts';
import { base64OfHex } from './base64.ts';

/**
 * 21 steps of one hue for the heatmaps: 0 to 100 percent in steps of 5. Numbers change colour where the contrast does,
 * at 70 percent on white and at 60 on black, so that it never falls below 4.5 to 1 (WCAG AA).
 */
const HEAT = Array.from({ length: 21 }, (_, step) => {
  const ink = step >= 14 ? '--on-heat' : step >= 12 ? '--on-middle' : '--cell-ink';
  return `.h${step}{background-color:color-mix(in oklab,var(--heat) ${5 * step}%,var(--paper));color:var(${ink})}`;
}).join('\n');

const SERIES = Array.from({ length: 10 }, (_, i) => `.s${i}{--c:var(--c${i})}`).join('\n');

const LIGHT = `color-scheme:light;--paper:#fff;--ink:#1b1f24;--soft:#5c6570;--rule:#dfe3e8;--panel:#f5f7f9;
--heat:#0d3f86;--cell-ink:#0f1216;--on-middle:#0f1216;--on-heat:#fff;--good:#17734a;--bad:#b3322c;--even:#1f5fa8;--open:#8a6100;
--c0:#1f5fbf;--c1:#cf5a17;--c2:#15805a;--c3:#9535a8;--c4:#9a7400;--c5:#0b8294;--c6:#bb2d4d;--c7:#5f6b7a;--c8:#7a4a2b;--c9:#5d8a00;
--o0:#1d6b52;--o1:#82bfa0;--o2:#ecd27a;--o3:#e08e4e;--o4:#9c3a4b;`;

const DARK = `color-scheme:dark;--paper:#121519;--ink:#e6e9ed;--soft:#9aa4af;--rule:#2c333b;--panel:#1a1f25;
--heat:#95caff;--cell-ink:#eef1f4;--on-middle:#05080c;--on-heat:#05080c;--good:#4fc48a;--bad:#f2766d;--even:#7db4f5;--open:#d9ab3f;
--c0:#6aa8ff;--c1:#ff9a5c;--c2:#4fc493;--c3:#d283e3;--c4:#dcb43c;--c5:#46c3d6;--c6:#ff7d97;--c7:#a5b0bd;--c8:#d2a484;--c9:#a9d65c;
--o0:#3f9f7c;--o1:#9bd3b5;--o2:#f0da8f;--o3:#eda168;--o4:#d0667a;`;

/** The whole style sheet. Dark is for screens only, so that paper stays white. */
export const STYLE = `:root{${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main{max-width:1080px;margin:0 auto;padding:40px 24px 72px}
h1{font-size:32px;line-height:1.15;letter-spacing:-.02em;margin:0 0 6px}
h2{font-size:20px;letter-spacing:-.01em;margin:52px 0 6px;padding-top:14px;border-top:1px solid var(--rule)}
h3{font-size:14px;margin:0 0 4px}
p{margin:6px 0;max-width:76ch}
section>p,.note,figcaption,header p{color:var(--soft)}
.note,figcaption{font-size:13px;margin:6px 0}
.eyebrow{font-size:12px;letter-spacing:.08em;text-transform:uppercase}
.sizes{display:flex;flex-wrap:wrap;gap:6px;margin-top:12px}
.sizes span,.badge{border:1px solid var(--rule);border-radius:99px;padding:1px 10px;font-size:13px}
.badge{font-size:11px;padding:0 7px;color:var(--soft)}
.alarm{color:var(--bad)!important;font-weight:600}
code{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;word-break:break-all}
.answer{--tone:var(--soft);margin:28px 0 0;padding:18px 22px;border:1px solid var(--rule);border-left:5px solid var(--tone);border-radius:8px;background:var(--panel)}
.answer.improved{--tone:var(--good)}
.answer.regressed{--tone:var(--bad)}
.answer.equivalent{--tone:var(--even)}
.answer.inconclusive,.answer.insufficient{--tone:var(--open)}
.answer p{max-width:none}
.asked{color:var(--soft);margin-top:0}
.verdict{font-size:26px;font-weight:650;letter-spacing:-.01em;color:var(--tone);margin:2px 0}
.verdict::first-letter{text-transform:uppercase}
.sentence{margin-bottom:14px}
.facts{display:flex;flex-wrap:wrap;gap:8px 28px;margin:10px 0 4px}
.facts dt{font-weight:400;color:var(--soft);font-size:12px}
.facts dd{color:var(--ink);font-weight:600}
ul.note{padding-left:18px}
.answer .note{margin-bottom:0}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:14px;margin:10px 0;width:100%}
caption{text-align:left;font-weight:600;padding:4px 0}
th,td{text-align:right;padding:7px 10px;border-bottom:1px solid var(--rule);vertical-align:top;font-weight:400}
th:first-child,td:first-child{text-align:left;padding-left:0}
thead th{font-weight:600;vertical-align:bottom}
td small,th small{display:block;color:var(--soft);font-size:12px;overflow-wrap:break-word}
th small{max-width:46ch}
td .range{white-space:nowrap;color:var(--soft)}
td b{font-weight:650;white-space:nowrap}
.metric{font-weight:600}
.direction{color:var(--soft)}
.few,.missing{color:var(--bad)!important}
.without{color:var(--soft)}
figure{margin:14px 0}
details{font-size:13px;margin:6px 0;color:var(--soft)}
details table{font-size:13px;width:auto;color:var(--ink)}
details td,details th{white-space:nowrap}
.dense td b,.dense td .range{display:block}
.dense th:first-child{white-space:nowrap}
.words td,.words th{text-align:left}
summary{cursor:pointer}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:8px 36px}
.maps figure{min-width:0}
.map{border-collapse:separate;border-spacing:3px;width:auto}
.map caption{font-size:16px}
.map th,.map td{border:0;text-align:center;vertical-align:middle;padding:4px 2px;overflow-wrap:anywhere}
.map th:first-child{text-align:left;font-weight:400;min-width:84px;padding-right:10px}
.map thead th{font-weight:400;font-size:13px}
.map td{width:88px;min-width:58px;height:54px;border-radius:4px;font-weight:600;box-shadow:inset 0 0 0 1px var(--rule);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.map td.taught{outline:2px solid var(--ink);outline-offset:-2px}
.map small{display:inline;margin-left:4px;font-weight:400;color:inherit}
.absent,.partly{background-image:repeating-linear-gradient(45deg,transparent 0 5px,color-mix(in srgb,var(--bad) 28%,transparent) 5px 7px)}
.map .absent{font-weight:400;font-size:12px;color:var(--bad)}
.map tfoot th,.map tfoot td{height:auto;padding:1px 2px;box-shadow:none;font-size:12px;font-weight:400;color:var(--soft)}
.unplanned{background:var(--panel)}
.ticks{display:block;width:82%;height:7px;margin:3px auto 0}
.ticks path{stroke:currentColor;stroke-width:1;opacity:.35;fill:none}
.ticks .seed{opacity:1;stroke-width:1.2}
.maps h3{margin-top:12px}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:14px 36px}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,225px),1fr));gap:8px 28px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:14px;max-width:none;color:var(--ink)!important}
.legend span{display:inline-flex;align-items:center;gap:6px}
.key{width:16px;height:16px;flex:none}
svg{display:block;width:100%;height:auto}
.scroll>svg{min-width:520px}
figure .scroll>svg{max-width:760px}
figure>svg{max-width:760px}
.panels svg{max-width:300px}
sub{font-size:.8em;line-height:0}
svg text{font-size:12px;fill:var(--ink)}
svg .tick{fill:var(--soft);font-size:11px}
.grid{stroke:var(--rule)}
.zero{stroke:var(--soft)}
.margin{fill:var(--soft);opacity:.14}
.dot{fill:var(--soft)}
.span{stroke:var(--tone,var(--ink));stroke-width:2.5;stroke-linecap:round}
.mean{fill:var(--tone,var(--ink))}
.declared{font-weight:650}
.floor{fill:var(--soft);opacity:.22}
.copy{stroke:var(--soft);stroke-width:2;stroke-dasharray:3 2}
.before{stroke:var(--c);stroke-width:3}
.gold{stroke:var(--ink);stroke-width:2}
.teaches{stroke:var(--soft);stroke-dasharray:3 4}
.mark{fill:var(--c);stroke:var(--c);stroke-width:1.5}
.mark.hollow{fill:var(--paper)}
.line{fill:none;stroke:var(--c);stroke-width:2}
.level{stroke:var(--c);stroke-width:1.5;stroke-dasharray:7 4}
.faint{fill:none;stroke:var(--c);stroke-width:1;opacity:.3}
.band{fill:var(--c);opacity:.13}
.link{stroke:var(--soft);stroke-width:2;opacity:.5}
.o-exact{fill:var(--o0)}.o-some-arguments{fill:var(--o1)}.o-wrong-arguments{fill:var(--o2)}.o-wrong-name{fill:var(--o3)}.o-malformed{fill:var(--o4)}
.l-useful{fill:var(--o0)}.l-repeated{fill:var(--o2)}.l-failed{fill:var(--o4)}.l-starting{fill:var(--o1)}
svg .on-l-useful,svg .on-l-failed,svg .on-exact,svg .on-malformed{fill:#fff}
svg .on-l-repeated,svg .on-l-starting,svg .on-some-arguments,svg .on-wrong-arguments,svg .on-wrong-name{fill:#16191d}
dl{display:grid;grid-template-columns:minmax(120px,240px) 1fr;gap:6px 20px;margin:10px 0;font-size:14px}
dt{font-weight:600}
dd{margin:0;color:var(--soft)}
@media (max-width:560px){th[scope=row] small{display:none}.map small{display:block;margin:0}td b,td .range{display:block}main{padding:24px 14px 48px}h1{font-size:26px}dl{grid-template-columns:1fr;gap:2px}dd{margin-bottom:8px}.answer{padding:14px}}
@media print{main{max-width:none;padding:0}h2{margin-top:28px}details:not([open]){display:none}figure,tr,.answer{break-inside:avoid}rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
${SERIES}
${HEAT}
`;

/** For the content security policy, which then allows this style sheet and nothing else. */
export const STYLE_HASH = base64OfHex(sha256Hex(STYLE));
