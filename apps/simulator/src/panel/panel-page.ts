/** The fault panel as one page: no framework, no asset from elsewhere, Japanese and English side by side. */
export const PANEL_PAGE = `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Tsunagu simulator</title>
<style>
:root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6776;--line:#dfe4ea;--ground:#f6f8fa;--card:#fff;--accent:#b3371f;--good:#1c7c4a}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa7b5;--line:#2c3743;--ground:#12181f;--card:#18202a;--accent:#f08a72;--good:#63c48f}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.6 system-ui,"Hiragino Sans","Noto Sans JP",sans-serif}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:0 0 .8rem}small{color:var(--soft);font-weight:400;font-size:.85em}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1.1rem 1.25rem;margin-top:1.2rem}
#links{display:flex;gap:.6rem;flex-wrap:wrap}.link{border:1px solid var(--line);border-radius:2rem;padding:.2rem .8rem;font-size:.88rem}.link::before{content:"●";margin-right:.4rem;color:var(--accent)}.link.up::before{color:var(--good)}
form{display:flex;gap:.8rem;flex-wrap:wrap;align-items:end}label{display:grid;gap:.2rem;font-size:.82rem;color:var(--soft)}
input,select,button{font:inherit;height:2.4rem;padding:0 .7rem;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:.4rem}input{width:9rem}
button{cursor:pointer}form button:not([type=button]){background:var(--accent);border-color:var(--accent);color:var(--card);font-weight:600}button:hover{filter:brightness(.95)}
td button{height:2rem;font-size:.85rem}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;margin-top:.8rem;font-size:.9rem}th,td{text-align:left;padding:.4rem .6rem;border-top:1px solid var(--line);font-variant-numeric:tabular-nums}
th{color:var(--soft);font-weight:600;border-top:0}.n{text-align:right}.none{color:var(--soft)}a{color:inherit}#hits{color:var(--soft);font-size:.88rem;margin:.8rem 0 0}
#note{min-height:1.6em;margin:.3rem 0 0;color:var(--good);font-size:.9rem}#note.bad{color:var(--accent)}footer{margin-top:1.5rem;color:var(--soft);font-size:.88rem}
</style></head><body><main>
<h1>発行会社シミュレーター <small lang="en">Issuer simulator</small></h1>
<p id="note" role="status" aria-live="polite"></p>
<section><h2>回線 <small lang="en">Links and their open sessions</small></h2><div id="links"></div></section>
<section><h2>障害を起こす <small lang="en">Inject a fault</small></h2>
<form id="add">
<label>回線 Link<select name="link"><option value="*">すべて all</option></select></label>
<label>障害 Fault<select name="kind">
<option value="delay">遅延 delay</option><option value="lose_request">電文消失 request lost</option><option value="lose_reply">応答消失 reply lost</option>
<option value="drop">消失 either lost</option><option value="late">時間切れ後の応答 late</option><option value="duplicate">二重応答 duplicate</option>
<option value="out_of_order">順序逆転 out of order</option><option value="wrong_stan">通番違い wrong STAN</option><option value="wrong_amount">金額違い wrong amount</option>
<option value="garbage">壊れた応答 garbage</option><option value="trickle">一バイトずつ trickle</option><option value="cut">途中切断 cut</option><option value="reset">切断 reset</option>
<option value="half_open">無応答の接続 half-open</option><option value="tls_failure">TLS 障害 TLS failure</option><option value="down">停止 down</option>
</select></label>
<label>確率 Probability (0–1)<input name="probability" type="number" min="0" max="1" step="0.01" value="1" required></label>
<label>遅延 Delay (ms)<input name="delayMs" type="number" min="0" max="600000" step="100" placeholder="–"></label>
<label>電文種別 Message types<input name="mtis" placeholder="1200, 1420" pattern="[0-9, ]*"></label>
<label>回数 Next (times)<input name="next" type="number" min="0" max="1000000" placeholder="∞"></label>
<button>追加 Add</button><button type="button" id="clear">すべて解除 Clear all</button>
</form>
<table><thead><tr><th>回線 Link</th><th>障害 Fault</th><th class="n">確率 Probability</th><th class="n">遅延 Delay ms</th><th>電文 Types</th><th class="n">残り Left</th><th></th></tr></thead><tbody id="rules"></tbody></table>
<p id="hits"></p></section>
<section><h2>為替レート <small lang="en">Rates of the DCC provider: one yen, mark-up included</small></h2>
<form id="rate">
<label>通貨 Currency<select name="currency"></select></label>
<label>レート Rate<input name="rate" required pattern="[0-9]{1,6}([.][0-9]{1,9})?"></label>
<label>上乗せ Mark-up (bps)<input name="markup_bps" type="number" min="0" max="2000" step="1" required></label>
<label>有効秒数 Offer (s)<input name="offer_seconds" type="number" min="0" max="86400" step="1" required></label>
<label>動作 Behaviour<select name="mode"><option value="normal">正常 normal</option><option value="down">停止 down</option><option value="late">遅延 late</option><option value="off_by_one">金額が一つ違う off by one</option><option value="garbage">壊れた応答 garbage</option></select></label>
<label>回答 Status<select name="status"><option value="">提示 quote</option><option>NOT_ELIGIBLE</option><option>UNSUPPORTED_CARD_BRAND</option><option>INSUFFICIENT_INFORMATION</option><option>ERROR</option></select></label>
<button>反映 Apply</button><button type="button" id="start">初期値 As at the start</button>
</form></section>
<section><h2>元帳の合計 <small lang="en">Totals of the issuers' own books</small></h2>
<table><thead><tr><th>回線 Link</th><th>通貨 Currency</th><th>種別 Kind</th><th>状態 State</th><th class="n">件数 Count</th><th class="n">金額 Sum (minor units)</th></tr></thead><tbody id="totals"></tbody></table></section>
<footer><a href="/ledger">元帳 ledger (JSON)</a> · <a href="/faults">障害 faults (JSON)</a> · <a href="/messages?link=jcb">電文 messages (jcb)</a> · <a href="/expectations">期待 expectations</a> ·
<a href="/reconciliations">照合 reconciliations</a> · <a href="/dcc/rates">レート rates (JSON)</a> · <a href="/metrics">metrics</a></footer>
</main>
<script>
const $=(id)=>document.getElementById(id);let rules=[],isLost=false;
const cell=(text,n)=>{const td=document.createElement('td');td.textContent=text;if(n)td.className='n';return td};
const row=(...cells)=>{const tr=document.createElement('tr');tr.append(...cells);return tr};
const say=(text,bad)=>{$('note').textContent=text;$('note').className=bad?'bad':''};
const fill=(id,rows,width)=>{if(!rows.length){const td=cell('なし · none');td.colSpan=width;td.className='none';rows=[row(td)]}$(id).replaceChildren(...rows)};
async function put(next){const r=await fetch('/faults',{method:'PUT',headers:{'content-type':'application/json'},body:JSON.stringify({faults:next})});
const body=await r.json();r.ok?say('反映しました · Applied'):say(body.message,true);await show()}
async function show(){try{
const [faults,ledger,links]=await Promise.all(['/faults','/ledger?limit=0','/links'].map(async(u)=>(await fetch(u)).json()));
const select=$('add').link;for(const {link} of links)if(![...select.options].some((o)=>o.value===link))select.add(new Option(link,link));
rules=faults.faults;
$('links').replaceChildren(...links.map(({link,sessions})=>{const s=document.createElement('span');s.className=sessions?'link up':'link';s.textContent=link+' · '+sessions;return s}));
fill('rules',rules.map((rule,index)=>{const b=document.createElement('button');b.textContent='解除 Remove';
b.onclick=()=>put(rules.filter((_,i)=>i!==index));const td=document.createElement('td');td.append(b);
return row(cell(rule.link),cell(rule.kind),cell(rule.probability,1),cell(rule.delayMs??'–',1),cell((rule.mtis??['11xx 12xx 14xx']).join(', ')),cell(rule.next??'∞',1),td)}),7);
$('hits').textContent='起きた障害 Injected: '+(Object.entries(faults.injected).map(([k,n])=>k+' '+n).join(' · ')||'0');
fill('totals',ledger.totals.map((t)=>row(cell(t.link),cell(t.currency),cell(t.kind),cell(t.state),cell(t.count,1),cell(t.sumMinor.toLocaleString(),1))),6);
if(isLost){isLost=false;say('')}
}catch{isLost=true;say('シミュレーターに届きません · The simulator cannot be reached',true)}}
$('add').onsubmit=(e)=>{e.preventDefault();const f=new FormData(e.target);const rule={link:f.get('link'),kind:f.get('kind'),probability:Number(f.get('probability'))};
if(f.get('delayMs'))rule.delayMs=Number(f.get('delayMs'));
const mtis=String(f.get('mtis')).split(/[\\s,]+/).filter(Boolean);if(mtis.length)rule.mtis=mtis;if(f.get('next'))rule.next=Number(f.get('next'));put([...rules,rule])};
$('clear').onclick=async()=>{await fetch('/faults',{method:'DELETE'});say('解除しました · Cleared');await show()};
async function rates(method,body){const r=await fetch('/dcc/rates',{method,body:body&&JSON.stringify(body)});const now=await r.json();if(!r.ok)return say(now.message,true);
const f=$('rate'),picked=f.currency.value||'USD';f.currency.replaceChildren(...Object.keys(now.rates).map((c)=>new Option(c,c)));f.currency.value=picked;
f.currency.onchange=()=>{f.elements.rate.value=now.rates[f.currency.value]};f.currency.onchange();
for(const name of ['markup_bps','offer_seconds','mode'])f.elements[name].value=now[name];f.status.value=now.status??'';if(method!=='GET')say('反映しました · Applied')}
$('rate').onsubmit=(e)=>{e.preventDefault();const f=new FormData(e.target);rates('PUT',{rates:{[f.get('currency')]:f.get('rate')},markup_bps:Number(f.get('markup_bps')),offer_seconds:Number(f.get('offer_seconds')),mode:f.get('mode'),status:f.get('status')||null})};
$('start').onclick=()=>rates('DELETE');
rates('GET').catch(()=>0);show();setInterval(show,3000);
</script></body></html>
`;
