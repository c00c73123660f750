/** The fault panel as one page: no framework, no asset from elsewhere, Japanese and English side by side. */
export const PANEL_PAGE = `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Tsunagu simulator</title>
<style>
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #8884;font-variant-numeric:tabular-nums}
td.n{text-align:right}form{display:flex;gap:.8rem;flex-wrap:wrap;align-items:end}label{display:grid;font-size:.85rem}
input,select,button{font:inherit;padding:.35rem .6rem}#note{min-height:1.5em}
</style></head><body>
<h1>発行会社シミュレーター <small lang="en">Issuer simulator</small></h1>
<p id="note" role="status" aria-live="polite"></p>
<h2>障害を起こす <small lang="en">Inject a fault</small></h2>
<form id="add">
<label>回線 Link<select name="link"><option value="*">すべて all</option></select></label>
<label>障害 Fault<select name="kind">
<option value="delay">遅延 delay</option><option value="drop">消失 drop</option><option value="late">時間切れ後の応答 late</option>
<option value="duplicate">二重応答 duplicate</option><option value="garbage">壊れた応答 garbage</option>
<option value="reset">切断 reset</option><option value="half_open">無応答の接続 half-open</option><option value="down">停止 down</option>
</select></label>
<label>確率 Probability<input name="probability" type="number" min="0" max="1" step="0.01" value="1" required></label>
<label>遅延 Delay (ms)<input name="delayMs" type="number" min="0" max="600000" step="100"></label>
<button>追加 Add</button><button type="button" id="clear">すべて解除 Clear all</button>
</form>
<table><thead><tr><th>回線 Link</th><th>障害 Fault</th><th>確率 Prob.</th><th>遅延 ms</th><th></th></tr></thead><tbody id="rules"></tbody></table>
<p id="hits"></p>
<h2>元帳の合計 <small lang="en">Ledger totals</small></h2>
<table><thead><tr><th>回線 Link</th><th>通貨</th><th>種別 Kind</th><th>状態 State</th><th>件数 Count</th><th>金額 Sum</th></tr></thead><tbody id="totals"></tbody></table>
<p><a href="/ledger">元帳 ledger (JSON)</a> · <a href="/faults">障害 faults (JSON)</a> · <a href="/metrics">metrics</a></p>
<script>
const $=(id)=>document.getElementById(id);let rules=[];
const cell=(text,n)=>{const td=document.createElement('td');td.textContent=text;if(n)td.className='n';return td};
const row=(...cells)=>{const tr=document.createElement('tr');tr.append(...cells);return tr};
const say=(text)=>{$('note').textContent=text};
async function put(next){const r=await fetch('/faults',{method:'PUT',headers:{'content-type':'application/json'},body:JSON.stringify({faults:next})});
const body=await r.json();say(r.ok?'反映しました · Applied':body.message);await show()}
async function show(){try{
const [faults,ledger,links]=await Promise.all(['/faults','/ledger?limit=0','/links'].map(async(u)=>(await fetch(u)).json()));
const select=$('add').link;for(const {link} of links)if(![...select.options].some((o)=>o.value===link))select.add(new Option(link,link));
rules=faults.faults;
$('rules').replaceChildren(...rules.map((rule,index)=>{const b=document.createElement('button');b.textContent='解除 Remove';
b.onclick=()=>put(rules.filter((_,i)=>i!==index));const td=document.createElement('td');td.append(b);
return row(cell(rule.link),cell(rule.kind),cell(rule.probability,1),cell(rule.delayMs??'–',1),td)}));
$('hits').textContent='起きた障害 Injected: '+(Object.entries(faults.injected).map(([k,n])=>k+' '+n).join(' · ')||'0');
$('totals').replaceChildren(...ledger.totals.map((t)=>row(cell(t.link),cell(t.currency),cell(t.kind),cell(t.state),cell(t.count,1),cell(t.sumMinor.toLocaleString(),1))));
}catch{say('シミュレーターに届きません · The simulator cannot be reached')}}
$('add').onsubmit=(e)=>{e.preventDefault();const f=new FormData(e.target);const rule={link:f.get('link'),kind:f.get('kind'),probability:Number(f.get('probability'))};
if(f.get('delayMs'))rule.delayMs=Number(f.get('delayMs'));put([...rules,rule])};
$('clear').onclick=async()=>{await fetch('/faults',{method:'DELETE'});say('解除しました · Cleared');await show()};
show();setInterval(show,3000);
</script></body></html>
`;
