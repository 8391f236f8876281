(()=>{var ie=globalThis.htmPreact,{html:o,render:R,createContext:rt,useContext:st,useEffect:q,useLayoutEffect:ot,useMemo:it,useReducer:at,useRef:W,useState:f,useCallback:ct}=ie;var F=["B","KiB","MiB","GiB"];function E(e){let t=0,n=e;for(;n>=1024&&t<F.length-1;)n/=1024,t+=1;let r=t===0||n>=100||Number.isInteger(n)?0:1;return`${n.toFixed(r)} ${F[t]}`}var ae=new Intl.NumberFormat("en",{maximumFractionDigits:0});function b(e){return ae.format(e)}var ce=/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;function l(e){return String(e).replace(ce,t=>t===`
`?"⏎":t==="	"?" ":`\\u${t.charCodeAt(0).toString(16).padStart(4,"0")}`)}function v(e){return e.trim().split(/\r\n|[\r\n]/).map(t=>l(t)).join(`
`)}function k(e,t,n=`${t}s`){return`${b(e)} ${e===1?t:n}`}function M(e){return JSON.stringify(e,null,2)}function z(e){let t=l(e??"").trim();if(!t)return"";let n=`${t.charAt(0).toUpperCase()}${t.slice(1)}`;return/[.!?]$/.test(n)?n:`${n}.`}var V=/^#\/components\/schemas\//,S=class{constructor(t){this.components=t}resolve(t){let n=t??{};for(let r=0;r<20;r+=1)if(Array.isArray(n.allOf)&&n.allOf.length===1){let{allOf:s,...i}=n;n={...this.resolve(s[0]),...i}}else if(typeof n.$ref=="string")n=this.components[n.$ref.replace(V,"")]??{};else return n;return{}}nameOf(t){let n=t?.$ref??t?.allOf?.[0]?.$ref;if(typeof n!="string")return"";let r=n.replace(V,"");return this.components[r]?.title??r}};function m(e){let t=Object.entries(e.patternProperties??{}).map(([n,r])=>[n.replace(/^\^|\$$/g,"").replace(/\\(.)/g,"$1"),r]);return[...Object.entries(e.properties??{}),...t]}function h(e){if(Array.isArray(e.anyOf))return e.anyOf;if(Array.isArray(e.type)){let{type:t,...n}=e;return t.map(r=>({...n,type:r}))}return[]}function y(e){return"const"in e?"const":Array.isArray(e.enum)?"enum":h(e).length?"union":e.type==="object"||e.properties?le(e)?"map":"object":e.type??"any"}function le(e){return!m(e).length&&e.additionalProperties!==!1&&e.type==="object"}var ue=[["format",e=>e],["minLength",e=>`at least ${e} ${e===1?"character":"characters"}`],["maxLength",e=>`at most ${e} ${e===1?"character":"characters"}`],["pattern",e=>`matches ${e}`],["minimum",e=>`≥ ${e}`],["maximum",e=>`≤ ${e}`],["exclusiveMinimum",e=>`> ${e}`],["exclusiveMaximum",e=>`< ${e}`],["multipleOf",e=>`a multiple of ${e}`],["minItems",e=>`at least ${e} items`],["maxItems",e=>`at most ${e} items`],["uniqueItems",()=>"no two items the same"]];function H(e){let n=ue.filter(([r])=>r in e).map(([r,s])=>s(e[r]));return e.additionalProperties===!1&&n.push("no other properties"),n}var U={"date-time":"2026-01-02T12:00:00Z",date:"2026-01-02",time:"12:00:00Z",uuid:"6f1c2e9a-4b7d-4f5e-9a3c-2d8e1b0f7a64",email:"ada@example.com",uri:"https://example.com/"},D=6;function x(e,t,n=0){let r=t.resolve(e);if(r.examples?.length)return r.examples[0];if("default"in r)return r.default;switch(y(r)){case"const":return r.const;case"enum":return r.enum[0];case"union":return pe(r,t,n);case"object":return de(r,t,n);case"map":return{};case"array":return fe(r,t,n);case"string":return $e(r);case"integer":case"number":return be(r);case"boolean":return!1;case"null":return null;default:return""}}function de(e,t,n){let r=new Set(e.required??[]),s=m(e).filter(([i,a])=>{if(r.has(i))return!0;let c=t.resolve(a);return n<2&&(c.examples?.length||"default"in c)});return Object.fromEntries(s.map(([i,a])=>[i,n<D?x(a,t,n+1):null]))}function pe(e,t,n){let r=h(e),s=n>=D-2,i=r.find(a=>!["object","array","union"].includes(y(t.resolve(a))));return x(s&&i||r[0],t,n+1)}function fe(e,t,n){let r=e.minItems??(n<2?1:0),s=Math.min(r,e.maxItems??r,20),i=x(e.items??{},t,n+1);return Array.from({length:s},(a,c)=>e.uniqueItems&&c?me(i,c):i)}function me(e,t){return typeof e=="number"?e+t:typeof e=="string"?`${e}${t}`:e}function $e(e){if(e.format in U)return U[e.format];let n=(e.pattern?ye(e.pattern):"text").padEnd(e.minLength??0,"x");return e.maxLength===void 0?n:n.slice(0,e.maxLength)}var he=[/\[([a-zA-Z0-9])/,/\\([dw])/];function ye(e){let t=he.map(i=>i.exec(e)?.[1]).find(Boolean);if(!t)return"text";let n=t==="d"?"0":t==="w"?"a":t,r=Number(/\{(\d+)/.exec(e)?.[1]??4);return[n.repeat(r),n.repeat(4),"text"].find(i=>ge(e,i))??"text"}function ge(e,t){try{return new RegExp(e,"u").test(t)}catch{return!1}}function be(e){let t=e.multipleOf??(e.type==="integer"?1:.5),n=e.minimum??(e.exclusiveMinimum===void 0?void 0:e.exclusiveMinimum+t),r=e.maximum??(e.exclusiveMaximum===void 0?void 0:e.exclusiveMaximum-t),s=n??Math.min(r??1,1);return e.multipleOf?Math.ceil(s/t)*t:s}var G=["any-received","any-sent"],I=["connected","ping","error","disconnect","resync"];function K(e){let{asyncapi:t,inspect:n,slug:r}=e,s=new S(t.components.schemas??{}),i=t.components.messages,a=(u,p)=>Oe(u,i[u],p,s),c=n.endpoints.map(u=>ve(u,e,a));return{slug:r,endpoints:c,schemas:s,rules:n.rules,closes:t["x-close-codes"],warnings:n.warnings,protocol:I.filter(u=>u in i).map(u=>a(u,"send")),stream:t["x-stream"]??null,hasTickets:c.some(u=>u.ticket)}}function ve(e,{asyncapi:t,inspect:n,typescript:r},s){let i=e.endpoint,a=xe(t,i,e.path),c=Object.values(t.operations).filter(d=>d.channel.$ref===`#/channels/${a.key}`),u=d=>c.filter(g=>g.action===d).flatMap(g=>g.messages.map(T)).filter(g=>!I.includes(g)),p=[...new Set(u("receive"))],$=[...new Set(u("send"))],O=we(c,s),J=d=>!G.includes(d);return{name:i,path:e.path,description:a.value.description??"",anonymous:a.value["x-anonymous"],pingInterval:e.ping_interval,ticket:a.value["x-ticket"]??null,limits:a.value["x-limits"],stated:e.limits,history:e.history,who:e.who,decidedBy:e.decided_by,receive:p.filter(J).map(d=>({...s(d,"receive"),reply:O[d]??""})),send:$.filter(J).map(d=>s(d,"send")),takesObjects:p.includes("any-received"),sendsAnything:$.includes("any-sent"),client:r?.[i]??null,clients:n.clients.filter(d=>d.endpoints.includes(i))}}function xe(e,t,n){let r=[t,`endpoint.${t}`].find(s=>Object.hasOwn(e.channels,s)&&e.channels[s].address===n);return{key:r,value:e.channels[r??t]}}function we(e,t){let n={};for(let r of e){if(r.action!=="receive"||!r.reply)continue;let s=r.reply.messages.map(T).find(i=>i!=="error");n[T(r.messages[0])]=s?t(s,"send").name:""}return n}function T(e){return e.$ref.slice(e.$ref.lastIndexOf("/")+1)}function Oe(e,t,n,r){return{key:e,name:t.name,title:t.title??"",description:t.description??"",deprecated:t.payload.deprecated===!0,payload:t.payload,example:t.examples?.[0]?.payload??ke(t,n,r),reply:"",way:n,declared:!G.includes(e)&&!I.includes(e)}}function ke(e,t,n){let{examples:r,...s}=e.payload;return x(s,n)}var L=new Set(["type","id","reply_to","seq","app_slug","timestamp"]);var Me={close:"M4 4l8 8M12 4l-8 8",copy:"M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",check:"M3 8.5l3.5 3.5L13 4.5",sun:"M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",moon:"M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z",plus:"M8 3v10M3 8h10",more:"M3.5 8h.01M8 8h.01M12.5 8h.01",restart:"M13 8a5 5 0 1 1-1.5-3.5M13 2.5v2.5h-2.5",pause:"M5.5 3.5v9M10.5 3.5v9",play:"M5 3.5l7 4.5-7 4.5z",down:"M8 3v9M4.5 8.5L8 12l3.5-3.5",up:"M8 13V4M4.5 7.5L8 4l3.5 3.5",search:"M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9M10.5 10.5L14 14",trash:"M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",clients:"M5.5 7.5a2.3 2.3 0 1 0 0-4.6a2.3 2.3 0 0 0 0 4.6M1.5 13c.3-2.5 2-3.7 4-3.7s3.7 1.2 4 3.7M10.5 3.2a2.2 2.2 0 0 1 0 4.2M11.8 9.6c1.5.4 2.5 1.5 2.7 3.4",log:"M2.5 4h11M2.5 8h11M2.5 12h7",server:"M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",contract:"M4 1.5h5.5L12.5 4.5v10H4zM9.5 1.5v3h3M6.5 8h4M6.5 11h4",bolt:"M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z"};function Se({name:e}){return o`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${Me[e]} /></svg>`}function _({icon:e,label:t,onClick:n,pressed:r=void 0,disabled:s=!1,kind:i="plain"}){return o`<button
type="button"
class="button square ${i}"
aria-label=${t}
title=${t}
aria-pressed=${r===void 0?void 0:String(r)}
disabled=${s}
onClick=${n}
>
<${Se} name=${e} />
</button>`}function j({kind:e="",children:t}){return o`<span class="badge ${e}">${t}</span>`}function je({text:e,label:t="Copy"}){let[n,r]=f(!1);return q(()=>{if(!n)return;let i=setTimeout(()=>r(!1),1500);return()=>clearTimeout(i)},[n]),o`<${_}
icon=${n?"check":"copy"}
label=${n?"Copied":t}
onClick=${async()=>{await Ce(typeof e=="function"?e():e)&&r(!0)}}
/>`}async function Ce(e){try{return await navigator.clipboard.writeText(e),!0}catch{return Ae(e)}}function Ae(e){let t=document.createElement("textarea");t.value=e,t.className="unseen",document.body.append(t),t.select();let n=document.execCommand("copy");return t.remove(),n}function C({text:e,label:t,children:n=void 0}){return o`<div class="code">
<pre tabindex="0" role="region" aria-label=${t}><code>${n??e}</code></pre>
<${je} text=${e} label="Copy ${t}" />
</div>`}var Ne=/("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;function Z(e){let t=[],n=0;for(let r of e.matchAll(Ne)){t.push(e.slice(n,r.index));let s=r[2]?"json-key":r[1]?"json-text":"json-word";t.push(o`<span class=${s}>${r[1]??r[0]}</span>`,r[2]??""),n=r.index+r[0].length}return[...t,e.slice(n)]}function Y({label:e,tabs:t,chosen:n,onChoose:r}){let s=W(null);return o`<div class="tabs" role="tablist" aria-label=${e} ref=${s} onKeyDown=${a=>{let c={ArrowRight:1,ArrowLeft:-1}[a.key];if(!c)return;a.preventDefault();let u=t.findIndex($=>$.id===n),p=t[(u+c+t.length)%t.length];r(p.id),s.current.children[t.indexOf(p)].focus()}}>
${t.map(a=>o`<button
type="button"
class="tab"
role="tab"
key=${a.id}
aria-selected=${String(a.id===n)}
tabindex=${a.id===n?0:-1}
onClick=${()=>r(a.id)}
>
${a.label}
</button>`)}
</div>`}var X="mdbgen-theme",Ee=matchMedia("(prefers-color-scheme: dark)");function P(){try{return localStorage.getItem(X)}catch{return null}}function Te(){return P()??(Ee.matches?"dark":"light")}P()&&(document.documentElement.dataset.theme=P());function Q(){let[e,t]=f(Te()),n=e==="dark"?"light":"dark";return o`<${_}
icon=${n==="dark"?"moon":"sun"}
label="Use ${n} colours"
onClick=${()=>{document.documentElement.dataset.theme=n;try{localStorage.setItem(X,n)}catch{}t(n)}}
/>`}function ee({schema:e,schemas:t,hidden:n=new Set}){let r=t.resolve(e),s=m(r).filter(([i])=>!n.has(i));return s.length?o`<${te} schema=${{...r,properties:Object.fromEntries(s),patternProperties:{}}} schemas=${t} />`:o`<p class="quiet">Nothing but its type.</p>`}function te({schema:e,schemas:t}){let n=new Set(e.required??[]);return o`<ul class="properties">
${m(e).map(([r,s])=>o`<li class="property" key=${r}>
<${Ie} name=${r} schema=${s} schemas=${t} required=${n.has(r)} />
</li>`)}
</ul>`}function Ie({name:e,schema:t,schemas:n,required:r}){let s=n.resolve(t),i=H(s);return o`<div class="property-head">
<span class="property-name theirs">${l(e)}</span>
<span class="property-kind theirs">${ne(t,n)}</span>
${r?null:o`<span class="badge">optional</span>`}
${s.deprecated?o`<span class="badge warn">deprecated</span>`:null}
${i.map(a=>o`<span class="key theirs" key=${a}>${l(a)}</span>`)}
${"default"in s?o`<span class="key theirs">default ${B(s.default)}</span>`:null}
</div>
${s.description?o`<p class="property-note theirs">${v(s.description)}</p>`:null}
<${Le} schema=${t} schemas=${n} />`}function Le({schema:e,schemas:t}){let[n,r]=f(!1),s=A(e,t);return s.length?o`<details onToggle=${i=>r(i.currentTarget.open)}>
<summary>${s.length===1?"its properties":`${s.length} kinds of it`}</summary>
${n?s.map((i,a)=>o`<${te} key=${a} schema=${i} schemas=${t} />`):null}
</details>`:null}function A(e,t,n=0){let r=t.resolve(e);if(n>5)return[];switch(y(r)){case"object":return m(r).length?[r]:[];case"array":return A(r.items??{},t,n+1);case"map":return A(r.additionalProperties??{},t,n+1);case"union":return h(r).flatMap(s=>A(s,t,n+1));default:return[]}}function ne(e,t,n=0){let r=t.resolve(e),s=t.nameOf(e),i=a=>n>4?"…":ne(a,t,n+1);switch(y(r)){case"const":return B(r.const);case"enum":return`one of ${r.enum.map(B).join(", ")}`;case"union":return s?l(s):h(r).map(i).join(" or ");case"object":return s?l(s):"object";case"map":return`map of ${i(r.additionalProperties??{})}`;case"array":return`list of ${i(r.items??{})}`;case"string":return s?l(s):"text";case"any":return"anything";default:return s?l(s):r.type}}function B(e){let t=l(M(e).replace(/\s*\n\s*/g," "));return t.length>60?`${t.slice(0,58)}…`:t}var _e=[{id:"typescript",label:"TypeScript"},{id:"python",label:"Python"},{id:"websocat",label:"websocat"}];function re({endpoint:e,base:t=""}){let[n,r]=f("typescript"),s=`${t||"wss://example.com"}${e.path}`,i={typescript:Pe,python:Re,websocat:qe}[n](e,s);return o`<div>
<div class="snippet-tabs">
<${Y} label="Language" tabs=${_e} chosen=${n} onChoose=${r} />
</div>
<${C} text=${i} label="${n} for ${e.name}" />
</div>`}function N(e){let t=e.receive.find(n=>!n.deprecated)??e.receive[0];return t?{...t.example,type:t.name}:e.takesObjects?{type:"hello"}:null}function Pe(e,t){return e.client?Be(e,t):Je(e,t)}function Be(e,t){let{client:n,methods:r}=e.client,s=N(e),i=e.receive.find(c=>c.name===s?.type),a=[`import { ${n} } from "./client";`,"",`const ws = new ${n}({`,`  url: ${JSON.stringify(t)},`,`  token: () => ${e.anonymous?"undefined":"currentToken()"},`,"});","",...e.send.slice(0,1).map(c=>`ws.on(${JSON.stringify(c.name)}, (message) => console.log(message));`)];if(i){let{type:c,id:u,...p}=s,$=Object.keys(p).length?JSON.stringify(p):"",O=`ws.${r[i.name]}(${$});`;a.push(i.reply?`const reply = await ${O}`:O)}else s&&a.push(`ws.send(${JSON.stringify(s)});`);return a.join(`
`)}function Je(e,t){let n=e.anonymous?"":', ["bearer", token]',r=N(e);return[`const ws = new WebSocket(${JSON.stringify(t)}${n});`,"","ws.onmessage = (event) => {","  const message = JSON.parse(event.data);",`  if (message.type === "ping") ws.send('{"type":"pong"}');`,"  else console.log(message);","};",...r?[`ws.onopen = () => ws.send(JSON.stringify(${JSON.stringify(r)}));`]:[],"ws.onclose = (event) => console.log(event.code, event.reason);"].join(`
`)}function Re(e,t){let n=N(e),r=e.anonymous?"":', additional_headers={"Authorization": f"Bearer {token}"}',s=n?[`    ws.send(${JSON.stringify(JSON.stringify(n))})`]:[];return["import json","","from websockets.sync.client import connect","",`with connect(${JSON.stringify(t)}${r}) as ws:`,...s,"    for text in ws:","        message = json.loads(text)",'        if message["type"] == "ping":',`            ws.send('{"type": "pong"}')`,"        else:","            print(message)"].join(`
`)}function qe(e,t){let n=e.anonymous?"":' -H="Authorization: Bearer $TOKEN"',r=N(e);return r?[`echo ${We(JSON.stringify(r))} | \\`,`  websocat -n${n} ${t}`].join(`
`):`websocat${n} ${t}`}function We(e){return`'${e.replaceAll("'","'\\''")}'`}var Fe={"let in":["good","let in"],unauthenticated:["bad","unauthenticated"],forbidden:["bad","forbidden"]};function oe({contract:e,base:t=""}){return o`<div class="contract">
${e.endpoints.map(n=>o`<${ze} key=${n.name} endpoint=${n} contract=${e} base=${t} />`)}
<${Ke} contract=${e} />
<${Ze} contract=${e} />
<${Ye} closes=${e.closes} />
${e.stream?o`<${Xe} stream=${e.stream} />`:null}
</div>`}function w(...e){return e.map(t=>encodeURIComponent(t)).join("/")}function ze({endpoint:e,contract:t,base:n}){return o`<section class="endpoint" id=${w(e.name)}>
<div class="endpoint-head">
<h2 class="theirs">${e.name}</h2>
<code class="endpoint-path theirs">${e.path}</code>
</div>
${e.description.trim()?o`<p class="lead theirs">${v(e.description)}</p>`:null}
<${Ve} endpoint=${e} />
<h3>From clients</h3>
${e.takesObjects?o`<p class="quiet">Any JSON object. None is declared, so none is checked.</p>`:o`<${se} endpoint=${e} messages=${e.receive} contract=${t} none="Nothing but pong." />`}
<h3>To clients</h3>
${e.sendsAnything?o`<p class="quiet">Whatever the app sends. None is declared.</p>`:o`<${se} endpoint=${e} messages=${e.send} contract=${t} none="Nothing is declared." />`}
<h3>Limits</h3>
<${Ge} endpoint=${e} />
<h3>Connect</h3>
<${re} endpoint=${e} base=${n} />
</section>`}function Ve({endpoint:e}){return o`<div class="who card">
<div class="who-main">
<span class="theirs">${z(e.who)}</span>
<span class="key theirs">${e.decidedBy}</span>
</div>
<ul class="who-list" aria-label="Who is let in to ${e.name}">
${e.clients.map((t,n)=>{let[r,s]=Fe[t.outcome]??["",t.outcome];return o`<li class="who-row" key=${n}>
<span class="theirs">${l(t.client)}</span>
<span><${j} kind=${r}>${s}<//></span>
<span class="key theirs">${l(t.decided_by)}</span>
</li>`})}
</ul>
</div>`}function se({endpoint:e,messages:t,contract:n,none:r}){return t.length?t.map(s=>o`<${He} key=${s.key} endpoint=${e} message=${s} contract=${n} />`):o`<p class="quiet">${r}</p>`}function He({endpoint:e,message:t,contract:n}){let r=M(t.example),s=t.description||t.title;return o`<details class="message card" id=${w(e.name,t.way,t.name)} open>
<summary>
<span class="message-name theirs">${l(t.name)}</span>
${t.reply?o`<${j}>answered by <span class="theirs">${l(t.reply)}</span><//>`:null}
${t.deprecated?o`<${j} kind="warn">deprecated<//>`:null}
<span class="message-note theirs">${v(s)}</span>
</summary>
<div class="message-body">
<div>
<h4>Properties</h4>
<${ee} schema=${t.payload} schemas=${n.schemas} hidden=${Ue(t)} />
</div>
<div>
<h4>Example</h4>
<${C} text=${r} label="example of ${l(t.name)}">${Z(r)}<//>
</div>
</div>
</details>`}function Ue(e){let t=e.payload.properties?.timestamp?.description!=="When it was sent; ISO 8601, UTC.";return e.way==="receive"||t?new Set([...L].filter(n=>n!=="timestamp")):L}var De=[["max_message_bytes","one message",e=>E(e),"longer: closed with 1009"],["messages_per_second","messages of one client",e=>`${b(e)} a second`,"more: closed with 4429"],["outbox_bytes","waiting for a slow client",e=>E(e),"more: closed with 1013"],["connections","connections of one process",e=>b(e),"more: closed with 1013"],["connections_per_user","connections of one user",e=>b(e),"more: closed with 4429"]];function Ge({endpoint:e}){let t=De.map(([n,r,s,i])=>[r,s(e.limits[n]),i]);return t.push(["ping",`every ${e.pingInterval} s`,"without a frame of the client"]),e.ticket&&t.push(["tickets",`${e.ticket["expires-in"]} s`,`POST ${e.ticket.address}`]),e.history&&t.push(["history",k(e.history,"message"),"sent again with ?since="]),o`<dl class="facts card">
${t.map(([n,r,s])=>o`<div key=${n}>
<dt>${n}</dt>
<dd>${r}<br /><span class="quiet theirs">${s}</span></dd>
</div>`)}
</dl>`}function Ke({contract:e}){return o`<section id="rules">
<h2>At every endpoint</h2>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>What</th><th>Rule</th><th>Decided by</th></tr></thead>
<tbody>
${e.rules.map(t=>o`<tr key=${t.subject}>
<td>${t.subject}</td>
<td class="theirs">${l(t.text)}</td>
<td><span class="key theirs">${t.decided_by}</span></td>
</tr>`)}
</tbody>
</table></div>
</section>`}function Ze({contract:e}){return o`<section id="protocol">
<h2>What the server says itself</h2>
<p class="lead">
Every frame of the server also has app_slug and timestamp. A client answers ping with pong; an id on
its message comes back as reply_to.
</p>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>Frame</th><th>When</th></tr></thead>
<tbody>
${e.protocol.map(t=>o`<tr key=${t.name}><td><code>${t.name}</code></td><td>${t.description}</td></tr>`)}
</tbody>
</table></div>
</section>`}function Ye({closes:e}){return o`<section id="closes">
<h2>Close codes</h2>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>Code</th><th>Reason</th><th>Meaning</th><th>A client does</th></tr></thead>
<tbody>
${e.map((t,n)=>o`<tr key=${n}>
<td><code>${t.code}</code></td>
<td>${t.reason?o`<code>${t.reason}</code>`:""}</td>
<td>${t.meaning}</td>
<td>${t.client}</td>
</tr>`)}
</tbody>
</table></div>
</section>`}function Xe({stream:e}){return o`<section id="stream">
<h2>Publish from other programs</h2>
<p class="lead">With one command of Redis: <code class="theirs">${e.command} ${e.key} * m '{"type": "…"}'</code></p>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>Field</th><th>Holds</th></tr></thead>
<tbody>
${Object.entries(e.fields).map(([t,n])=>o`<tr key=${t}><td><code>${t}</code></td><td>${n}</td></tr>`)}
</tbody>
</table></div>
</section>`}var Qe=[["rules","At every endpoint"],["protocol","What the server says itself"],["closes","Close codes"]];function et({contract:e}){return o`<div class="docs">
<header class="docs-side">
<h1 class="docs-name theirs">${e.slug}</h1>
<p class="quiet">${k(e.endpoints.length,"WebSocket endpoint")}</p>
<${tt} contract=${e} />
<div class="docs-foot"><span>AsyncAPI: <a href="asyncapi.json">asyncapi.json</a></span><${Q} /></div>
</header>
<main class="docs-main"><${oe} contract=${e} /></main>
</div>`}function tt({contract:e}){return o`<nav class="contents" aria-label="Contents">
${e.endpoints.map(t=>o`<a key=${t.name} class="cut" href="#${w(t.name)}">${t.name}</a>
<div class="inner">
${[...t.receive,...t.send].map(n=>o`<a
key=${n.key}
class="cut"
href="#${w(t.name,n.way,n.name)}"
><span aria-hidden="true">${n.way==="receive"?"↑ ":"↓ "}</span>${l(n.name)}</a
>`)}
</div>`)}
<p class="heading">About all of them</p>
${Qe.map(([t,n])=>o`<a key=${t} href="#${t}">${n}</a>`)}
</nav>`}var nt=JSON.parse(document.getElementById("contract").textContent);R(o`<${et} contract=${K(nt)} />`,document.getElementById("app"));document.getElementById(location.hash.slice(1))?.scrollIntoView();})();
