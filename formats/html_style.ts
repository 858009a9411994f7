/**
 * The style of a page.
 *
 * @module
 */

/** The widths of bars, in percent of the greatest one. */
const WIDTHS = Array.from({ length: 100 }, (_, i) => `.w${i + 1}{--w:${i + 1}%}`).join("");

/** Both schemes, all widths, and print. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fcfbf9;--sheet:#fff;--ink:#1d1b19;--soft:#645e57;
--rule:#e6e1da;--bar:#f9dcc2;--col:#c2540a;--accent:#a83f00;--up:#116837;--down:#a8201a;
--focus:#1a5fb4}
@media (prefers-color-scheme:dark){:root{--paper:#151311;--sheet:#1d1a18;--ink:#efe9e2;
--soft:#aaa198;--rule:#332e2a;--bar:#5b3517;--col:#f08a3c;--accent:#ffa260;--up:#6fd394;
--down:#ff948a;--focus:#8ab4f8}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0 auto;max-width:76rem;padding:0 1.5rem 3rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
font-variant-numeric:tabular-nums lining-nums;overflow-wrap:anywhere}
h1,h2,h3,p,dl,dd,ol,figure,table{margin:0;padding:0}
h1,h2{line-height:1.15;letter-spacing:-.02em;text-wrap:balance}
h1{font-size:clamp(1.75rem,1.2rem + 2.2vw,2.5rem);font-weight:750}
h2{font-size:1.5rem;font-weight:700;margin-bottom:.75rem}
small{font-size:.8125rem;font-weight:400;color:var(--soft)}
a{color:var(--accent);text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
#countries:focus{outline:0}
section,table,li{scroll-margin-top:1rem}
b{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:1rem;top:-4rem;padding:.5rem 1rem;background:var(--sheet);
border:1px solid var(--rule);border-radius:6px;z-index:1}
.skip:focus{top:1rem}
.banner{display:grid;gap:1.75rem 3.5rem;padding:3rem 0 2.5rem;align-items:end}
.over{color:var(--accent);font-weight:650;font-size:.875rem;letter-spacing:.01em}
.window{color:var(--soft);margin-top:.4rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:1rem}
nav a{padding:.25rem 0}
dl{display:grid;grid-template-columns:repeat(4,auto);justify-content:space-between;gap:1rem 1.5rem;
border-top:1px solid var(--rule);padding-top:1.25rem}
dt{color:var(--soft);font-size:.875rem}
time{white-space:nowrap}
dd{overflow-wrap:normal;font-size:1.5rem;font-weight:650;letter-spacing:-.01em;line-height:1.25}
dd small{white-space:nowrap}
.days svg{display:block;width:100%;height:5rem;border-bottom:1px solid var(--rule)}
.col{stroke:var(--col);fill:none}
.labels{display:flex;justify-content:space-around;text-align:center;font-size:.75rem;
line-height:1.3;color:var(--soft);padding-top:.4rem;overflow-wrap:normal}
.labels span{flex:1 1 0}
.labels.ends span:first-child{text-align:left}
.labels.ends span:last-child{text-align:right}
.labels .none{text-decoration:line-through}
figcaption{font-size:.8125rem;color:var(--soft);margin-top:.35rem}
.columns{display:grid;gap:3rem 3.5rem}
.columns>section{min-width:0}
.note{color:var(--soft)}
code{font-size:.9em;background:var(--bar);padding:.1em .35em;border-radius:4px;color:var(--ink)}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
caption{text-align:left;color:var(--soft);font-size:.8125rem;padding-bottom:.4rem}
thead th{font-size:.75rem;font-weight:500;color:var(--soft);padding:.25rem .4rem;
border-bottom:1px solid var(--rule);vertical-align:bottom;overflow-wrap:normal}
td,tbody th{padding:.32rem .4rem;text-align:right;border-bottom:1px solid var(--rule);
font-weight:400;vertical-align:baseline;overflow-wrap:normal}
tbody th,thead th:nth-child(3){text-align:left;width:100%}
thead th{text-align:right}
tbody th{font-weight:550;overflow-wrap:anywhere}
td:nth-child(1){color:var(--soft);padding-left:0}
td:nth-child(n+5){color:var(--soft)}
td:last-child,thead th:last-child{padding-right:0}
thead th:nth-child(1)::before{content:"#";content:"#"/""}
tr:nth-child(-n+3) td:first-child{color:var(--accent);font-weight:700}
.u,.d,.e,.n,.x{white-space:nowrap;text-align:left;font-size:.8125rem;overflow-wrap:normal}
td.u,i.u{color:var(--up)}
td.d,i.d{color:var(--down)}
td.e,td.x,i.e,i.x{color:var(--soft)}
td.n{color:var(--accent);font-weight:650}
.u::before{content:"\\25b2\\2009";content:"\\25b2\\2009"/"";font-size:.75em}
.d::before{content:"\\25bc\\2009";content:"\\25bc\\2009"/"";font-size:.75em}
.e::before{content:"=";content:"="/""}
.x::before{content:"\\2013";content:"\\2013"/""}
i{font-style:normal}
.key{white-space:nowrap}
td[class^=w]{min-width:7rem;background:linear-gradient(var(--bar),var(--bar)) no-repeat left .2rem/
var(--w) 1.65em}
tbody th small{display:block;line-height:1.35}
small bdi+span::before{content:"\\b7\\20";content:"\\b7\\20"/""}
.find{display:grid;grid-template-columns:1fr auto;gap:.25rem 1rem;align-items:baseline;
position:sticky;top:0;background:var(--paper);padding:.5rem 0 .75rem;z-index:1}
.find label{font-weight:600;font-size:.9375rem}
.find p{color:var(--soft);font-size:.875rem;text-align:right}
.find input{grid-column:1/-1;grid-row:2;font:inherit;color:inherit;background:var(--sheet);
border:1px solid var(--soft);border-radius:8px;padding:.6rem .8rem;width:100%}
.find input::placeholder{color:var(--soft);opacity:1}
#list{list-style:none;border-top:1px solid var(--rule)}
#list>li{border-bottom:1px solid var(--rule);scroll-margin-top:6.5rem}
[hidden]{display:none!important}
summary{display:grid;grid-template-columns:2.1rem minmax(0,1fr) auto 8.5rem;gap:0 .9rem;
align-items:center;padding:.6rem .25rem .6rem 0;cursor:pointer;list-style:none;
background:linear-gradient(var(--col),var(--col)) no-repeat left 100%/var(--w) 2px}
summary::-webkit-details-marker{display:none}
summary>span{color:var(--soft);font-size:.875rem;text-align:right}
summary:hover h3{color:var(--accent)}
summary h3{font-size:1.0625rem;font-weight:600;line-height:1.25}
summary h3 small{margin-left:.2em}
summary h3::after{content:"";display:inline-block;width:.4em;height:.4em;margin-left:.55em;
border:solid var(--soft);border-width:0 2px 2px 0;transform:translateY(-.15em) rotate(45deg)}
details[open] h3::after{transform:translateY(.05em) rotate(225deg)}
summary p{text-align:right;line-height:1.25;font-weight:550}
summary p small{display:block}
.spark{display:block;overflow:visible}
details>table{margin:1rem 0 1.75rem}
#quality{margin-top:3.5rem;border-top:1px solid var(--rule);padding-top:2rem}
#quality p{max-width:46rem;margin-bottom:1.25rem}
.quality td:nth-child(2),.quality .none td{text-align:left}
.quality td:nth-child(2){overflow-wrap:anywhere}
.quality td:nth-child(4){max-width:26rem}
.quality td small{display:block;line-height:1.35}
.quality td:nth-child(n+1){color:inherit;font-weight:400;padding-left:.4rem}
.quality tbody th{width:auto;white-space:nowrap;padding-left:0}
.quality thead th:nth-child(-n+2){text-align:left;width:auto}
.quality thead th:nth-child(3){text-align:right;width:auto}
.quality thead th:nth-child(1)::before{content:none}
.quality thead th:first-child{padding-left:0}
.quality .none td{color:var(--down)}
footer{margin-top:3rem;border-top:1px solid var(--rule);padding-top:1.25rem;color:var(--soft);
font-size:.875rem}
footer p{max-width:46rem;margin-bottom:.5rem}
@media (min-width:62rem){.banner{grid-template-columns:minmax(0,5fr) minmax(0,6fr)}
.banner dl{grid-column:1/3;grid-row:2}
.days svg{height:6.5rem}
.columns{grid-template-columns:minmax(0,5fr) minmax(0,6fr)}
.columns:has(.empty){grid-template-columns:minmax(0,48rem)}}
@media (max-width:40rem){body{padding:0 1rem 2rem}
.banner{padding:1.75rem 0 2rem}
dl{grid-template-columns:auto auto;justify-content:start;gap:1rem 2.5rem}
summary{grid-template-columns:1.5rem minmax(0,1fr) auto;gap:.2rem .6rem}
summary p{grid-column:3;grid-row:1}
.spark{grid-column:2/4;grid-row:2;height:1rem;width:auto}
table{font-size:.875rem}
td,tbody th,thead th{padding-left:.2rem;padding-right:.2rem}
td[class^=w]{min-width:3.8rem}
td.n{font-size:.6875rem}
.labels{font-size:.6875rem}
.quality{font-size:.8125rem}
.quality td:nth-child(2){min-width:4.5rem}
.quality td:nth-child(4){min-width:6rem}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{--paper:#fff;--sheet:#fff;--ink:#000;--soft:#444;--rule:#bbb}
body{max-width:none;padding:0;font-size:10pt}
.skip,nav,.find,noscript{display:none!important}
tr,summary,figure{break-inside:avoid}
.columns{display:block}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
${WIDTHS}`;
