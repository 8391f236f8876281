(()=>{var _n=globalThis.htmPreact,{html:r,render:it,createContext:hr,useContext:br,useEffect:M,useLayoutEffect:pe,useMemo:fe,useReducer:at,useRef:O,useState:$,useCallback:yr}=_n;var lt=["B","KiB","MiB","GiB"];function C(e){let t=0,n=e;for(;n>=1024&&t<lt.length-1;)n/=1024,t+=1;let s=t===0||n>=100||Number.isInteger(n)?0:1;return`${n.toFixed(s)} ${lt[t]}`}var An=new Intl.NumberFormat("en",{maximumFractionDigits:0});function _(e){return An.format(e)}function F(e){return e<10?`${Math.max(0,e).toFixed(e>0&&e<1?1:0)} ms`:e<1e3?`${Math.round(e)} ms`:e<6e4?`${(e/1e3).toFixed(1)} s`:e<36e5?`${Math.round(e/6e4)} min`:`${Math.round(e/36e5)} h`}function j(e){let t=new Date(e),n=o=>String(o).padStart(2,"0"),s=String(t.getMilliseconds()).padStart(3,"0");return`${n(t.getHours())}:${n(t.getMinutes())}:${n(t.getSeconds())}.${s}`}var En=/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;function d(e){return String(e).replace(En,t=>t===`
`?"⏎":t==="	"?" ":`\\u${t.charCodeAt(0).toString(16).padStart(4,"0")}`)}function P(e){return e.trim().split(/\r\n|[\r\n]/).map(t=>d(t)).join(`
`)}function D(e,t,n=`${t}s`){return`${_(e)} ${e===1?t:n}`}function N(e){return JSON.stringify(e,null,2)}function ne(e){let t=d(e??"").trim();if(!t)return"";let n=`${t.charAt(0).toUpperCase()}${t.slice(1)}`;return/[.!?]$/.test(n)?n:`${n}.`}var Ce=class{constructor(t){Object.assign(this,t),this.text=t.text,this.binary=t.binary,this.way=t.way;let n=this.way==="event"?void 0:this.value,s=n!==null&&typeof n=="object"&&!Array.isArray(n);this.type=s&&typeof n.type=="string"?n.type:"",this.id=s?n.id:void 0,this.replyTo=s?n.reply_to:void 0}get value(){if(!(this.text===null||this.binary))try{return JSON.parse(this.text)}catch{return}}},Te=class{constructor(){this.all=[],this.version=0,this.reset(0)}reset(t){this.all=[],this.dropped=t,this.characters=0,this.byClient=new Map,this.waiting=new Map,this.version+=1}add(t){for(let n of t)this.addOne(new Ce(n));this.trim(),this.version+=1}addOne(t){this.all.push(t),this.characters+=t.text?.length??0;let n=this.byClient.get(t.client)??[];n.push(t),n.length>2e3*1.1&&n.splice(0,n.length-2e3),this.byClient.set(t.client,n),this.pair(t)}pair(t){if(t.way==="out"&&t.id!==void 0)this.waiting.set(ct(t.client,t.id),t),this.waiting.size>1e3&&this.waiting.delete(this.waiting.keys().next().value);else if(t.way==="in"&&t.replyTo!==void 0&&t.replyTo!==null){let n=ct(t.client,t.replyTo),s=this.waiting.get(n);if(!s)return;this.waiting.delete(n),s.answer=t,t.question=s}}trim(){let t=Math.max(0,this.all.length-1e4),n=this.characters;for(let s=0;s<t;s+=1)n-=this.all[s].text?.length??0;for(;n>24e6;)n-=this.all[t].text?.length??0,t+=1;if(t){for(let s of this.all.splice(0,t))this.untie(s);this.characters=n,this.dropped+=t}}untie(t){t.answer&&(t.answer.question=void 0),t.question&&(t.question.answer=void 0);let n=this.byClient.get(t.client);n&&n[0]===t&&n.shift()}forget(t){this.byClient.delete(t),this.version+=1}of(t){return this.byClient.get(t)??[]}};function ct(e,t){return`${e} ${JSON.stringify(t)}`}var v=new Te;function ut(e){let t=v.of(e.client);for(let n=t.lastIndexOf(e)-1;n>=0;n-=1)if(t[n].type===e.type&&t[n].way===e.way)return t[n];return null}var dt=/^#\/components\/schemas\//,me=class{constructor(t){this.components=t}resolve(t){let n=t??{};for(let s=0;s<20;s+=1)if(Array.isArray(n.allOf)&&n.allOf.length===1){let{allOf:o,...i}=n;n={...this.resolve(o[0]),...i}}else if(typeof n.$ref=="string")n=this.components[n.$ref.replace(dt,"")]??{};else return n;return{}}nameOf(t){let n=t?.$ref??t?.allOf?.[0]?.$ref;if(typeof n!="string")return"";let s=n.replace(dt,"");return this.components[s]?.title??s}};function I(e){let t=Object.entries(e.patternProperties??{}).map(([n,s])=>[n.replace(/^\^|\$$/g,"").replace(/\\(.)/g,"$1"),s]);return[...Object.entries(e.properties??{}),...t]}function L(e){if(Array.isArray(e.anyOf))return e.anyOf;if(Array.isArray(e.type)){let{type:t,...n}=e;return t.map(s=>({...n,type:s}))}return[]}function A(e){return"const"in e?"const":Array.isArray(e.enum)?"enum":L(e).length?"union":e.type==="object"||e.properties?Nn(e)?"map":"object":e.type??"any"}function Nn(e){return!I(e).length&&e.additionalProperties!==!1&&e.type==="object"}var jn=[["format",e=>e],["minLength",e=>`at least ${e} ${e===1?"character":"characters"}`],["maxLength",e=>`at most ${e} ${e===1?"character":"characters"}`],["pattern",e=>`matches ${e}`],["minimum",e=>`≥ ${e}`],["maximum",e=>`≤ ${e}`],["exclusiveMinimum",e=>`> ${e}`],["exclusiveMaximum",e=>`< ${e}`],["multipleOf",e=>`a multiple of ${e}`],["minItems",e=>`at least ${e} items`],["maxItems",e=>`at most ${e} items`],["uniqueItems",()=>"no two items the same"]];function $e(e){let n=jn.filter(([s])=>s in e).map(([s,o])=>o(e[s]));return e.additionalProperties===!1&&n.push("no other properties"),n}var pt={"date-time":"2026-01-02T12:00:00Z",date:"2026-01-02",time:"12:00:00Z",uuid:"6f1c2e9a-4b7d-4f5e-9a3c-2d8e1b0f7a64",email:"ada@example.com",uri:"https://example.com/"},ft=6;function H(e,t,n=0){let s=t.resolve(e);if(s.examples?.length)return s.examples[0];if("default"in s)return s.default;switch(A(s)){case"const":return s.const;case"enum":return s.enum[0];case"union":return Ln(s,t,n);case"object":return In(s,t,n);case"map":return{};case"array":return qn(s,t,n);case"string":return Bn(s);case"integer":case"number":return Hn(s);case"boolean":return!1;case"null":return null;default:return""}}function In(e,t,n){let s=new Set(e.required??[]),o=I(e).filter(([i,a])=>{if(s.has(i))return!0;let l=t.resolve(a);return n<2&&(l.examples?.length||"default"in l)});return Object.fromEntries(o.map(([i,a])=>[i,n<ft?H(a,t,n+1):null]))}function Ln(e,t,n){let s=L(e),o=n>=ft-2,i=s.find(a=>!["object","array","union"].includes(A(t.resolve(a))));return H(o&&i||s[0],t,n+1)}function qn(e,t,n){let s=e.minItems??(n<2?1:0),o=Math.min(s,e.maxItems??s,20),i=H(e.items??{},t,n+1);return Array.from({length:o},(a,l)=>e.uniqueItems&&l?Rn(i,l):i)}function Rn(e,t){return typeof e=="number"?e+t:typeof e=="string"?`${e}${t}`:e}function Bn(e){if(e.format in pt)return pt[e.format];let n=(e.pattern?Fn(e.pattern):"text").padEnd(e.minLength??0,"x");return e.maxLength===void 0?n:n.slice(0,e.maxLength)}var Pn=[/\[([a-zA-Z0-9])/,/\\([dw])/];function Fn(e){let t=Pn.map(i=>i.exec(e)?.[1]).find(Boolean);if(!t)return"text";let n=t==="d"?"0":t==="w"?"a":t,s=Number(/\{(\d+)/.exec(e)?.[1]??4);return[n.repeat(s),n.repeat(4),"text"].find(i=>Dn(e,i))??"text"}function Dn(e,t){try{return new RegExp(e,"u").test(t)}catch{return!1}}function Hn(e){let t=e.multipleOf??(e.type==="integer"?1:.5),n=e.minimum??(e.exclusiveMinimum===void 0?void 0:e.exclusiveMinimum+t),s=e.maximum??(e.exclusiveMaximum===void 0?void 0:e.exclusiveMaximum-t),o=n??Math.min(s??1,1);return e.multipleOf?Math.ceil(o/t)*t:o}var mt=["any-received","any-sent"],Ae=["connected","ping","error","disconnect","resync"];function Ee(e){let{asyncapi:t,inspect:n,slug:s}=e,o=new me(t.components.schemas??{}),i=t.components.messages,a=(u,p)=>Un(u,i[u],p,o),l=n.endpoints.map(u=>Wn(u,e,a));return{slug:s,endpoints:l,schemas:o,rules:n.rules,closes:t["x-close-codes"],warnings:n.warnings,protocol:Ae.filter(u=>u in i).map(u=>a(u,"send")),stream:t["x-stream"]??null,hasTickets:l.some(u=>u.ticket)}}function Wn(e,{asyncapi:t,inspect:n,typescript:s},o){let i=e.endpoint,a=Jn(t,i,e.path),l=Object.values(t.operations).filter(h=>h.channel.$ref===`#/channels/${a.key}`),u=h=>l.filter(b=>b.action===h).flatMap(b=>b.messages.map(_e)).filter(b=>!Ae.includes(b)),p=[...new Set(u("receive"))],f=[...new Set(u("send"))],m=Vn(l,o),y=h=>!mt.includes(h);return{name:i,path:e.path,description:a.value.description??"",anonymous:a.value["x-anonymous"],pingInterval:e.ping_interval,ticket:a.value["x-ticket"]??null,limits:a.value["x-limits"],stated:e.limits,history:e.history,who:e.who,decidedBy:e.decided_by,receive:p.filter(y).map(h=>({...o(h,"receive"),reply:m[h]??""})),send:f.filter(y).map(h=>o(h,"send")),takesObjects:p.includes("any-received"),sendsAnything:f.includes("any-sent"),client:s?.[i]??null,clients:n.clients.filter(h=>h.endpoints.includes(i))}}function Jn(e,t,n){let s=[t,`endpoint.${t}`].find(o=>Object.hasOwn(e.channels,o)&&e.channels[o].address===n);return{key:s,value:e.channels[s??t]}}function Vn(e,t){let n={};for(let s of e){if(s.action!=="receive"||!s.reply)continue;let o=s.reply.messages.map(_e).find(i=>i!=="error");n[_e(s.messages[0])]=o?t(o,"send").name:""}return n}function _e(e){return e.$ref.slice(e.$ref.lastIndexOf("/")+1)}function Un(e,t,n,s){return{key:e,name:t.name,title:t.title??"",description:t.description??"",deprecated:t.payload.deprecated===!0,payload:t.payload,example:t.examples?.[0]?.payload??zn(t,n,s),reply:"",way:n,declared:!mt.includes(e)&&!Ae.includes(e)}}function zn(e,t,n){let{examples:s,...o}=e.payload;return H(o,n)}var se=new Set(["type","id","reply_to","seq","app_slug","timestamp"]);function K(e,t){return e?.endpoints.find(n=>n.name===t)??null}var Xn=2e3,Gn=600,Kn=50,Yn=500,Zn=4,c={link:"connecting",version:"",contract:null,changes:[],app:null,people:new Map,clients:new Map,problems:[],problemsText:"",records:[],view:null,samples:[]},Ne=new Set,je=!1,Ie=0,bt=0;function Le(){if(je)return;je=!0;let e=Math.min(Yn,Math.max(Kn,Zn*bt));setTimeout(()=>requestAnimationFrame(Qn),Math.max(0,Ie+e-performance.now()))}function Qn(){je=!1,Ie=performance.now();for(let e of Ne)e();setTimeout(()=>{bt=performance.now()-Ie})}function J(){let[,e]=at(t=>t+1,0);return M(()=>(Ne.add(e),e(),()=>Ne.delete(e)),[]),c}var es={hello(e){c.version=e.version,c.contract=Ee(e.contract),c.app=e.app,c.people=ht(e.people);let t=[...c.clients.values()].filter(n=>n.id.startsWith("b"));c.clients=ht([...e.clients.map($t),...t]),c.problems=e.problems,c.problemsText=e.text??"",c.records=e.records,c.view=e.view??null,v.reset(e.dropped),v.add(e.frames)},contract(e){c.contract=Ee(e.contract),c.changes=e.changes},problems(e){c.problems=e.problems,c.problemsText=e.text??""},app(e){c.app={...e.app,heardAt:performance.now()}},person({person:e}){c.people.set(e.id,e)},person_gone({person:e}){c.people.delete(e)},client({client:e}){c.clients.set(e.id,$t(e))},client_gone({client:e}){c.clients.delete(e),v.forget(e)},frames({frames:e}){v.add(e)},records({records:e}){c.records.push(...e);let t=c.records.length-Xn;t>0&&c.records.splice(0,t)},view({view:e}){c.view=e,c.samples.push({t:e.t,...e.rates,connections:e.connections.length}),c.samples.length>Gn&&c.samples.shift()},cleared(){v.reset(0),c.records=[]}};function V(e){let t=es[e.is];t&&(t(e),Le())}function $t(e){return{...e,heardAt:performance.now()}}function ht(e){return new Map(e.map(t=>[t.id,t]))}function yt(e){return c.people.get(c.clients.get(e)?.person)??null}var ts=3e3,oe=null,Re=0,qe=0,re=new Map;function Be(){let e=new URLSearchParams(location.search).get("secret")??"",t=new URL("/control",location.href);t.protocol=t.protocol==="https:"?"wss:":"ws:",t.search=`?${new URLSearchParams({secret:e})}`,oe=new WebSocket(t),oe.onmessage=n=>ns(JSON.parse(n.data)),oe.onclose=ss}function ns(e){e.is==="hello"&&(Re=0,c.link="open");let t=re.get(e.id);if(e.is==="done"||e.is==="failed"){re.delete(e.id),e.is==="done"?t?.resolve(e):t?.reject(new Error(e.message));return}V(e)}function ss(){c.link="lost";for(let e of re.values())e.reject(new Error("The development process is gone."));re.clear(),Re+=1,setTimeout(Be,Math.min(ts,200*Re)),Le()}function g(e,t={}){return new Promise((n,s)=>{if(oe?.readyState!==WebSocket.OPEN){s(new Error("The development process cannot be reached."));return}qe+=1,re.set(qe,{resolve:n,reject:s}),oe.send(JSON.stringify({do:e,id:qe,...t}))})}var os={close:"M4 4l8 8M12 4l-8 8",copy:"M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",check:"M3 8.5l3.5 3.5L13 4.5",sun:"M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",moon:"M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z",plus:"M8 3v10M3 8h10",more:"M3.5 8h.01M8 8h.01M12.5 8h.01",restart:"M13 8a5 5 0 1 1-1.5-3.5M13 2.5v2.5h-2.5",pause:"M5.5 3.5v9M10.5 3.5v9",play:"M5 3.5l7 4.5-7 4.5z",down:"M8 3v9M4.5 8.5L8 12l3.5-3.5",up:"M8 13V4M4.5 7.5L8 4l3.5 3.5",search:"M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9M10.5 10.5L14 14",trash:"M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",clients:"M5.5 7.5a2.3 2.3 0 1 0 0-4.6a2.3 2.3 0 0 0 0 4.6M1.5 13c.3-2.5 2-3.7 4-3.7s3.7 1.2 4 3.7M10.5 3.2a2.2 2.2 0 0 1 0 4.2M11.8 9.6c1.5.4 2.5 1.5 2.7 3.4",log:"M2.5 4h11M2.5 8h11M2.5 12h7",server:"M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",contract:"M4 1.5h5.5L12.5 4.5v10H4zM9.5 1.5v3h3M6.5 8h4M6.5 11h4",bolt:"M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z"};function k({name:e}){return r`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${os[e]} /></svg>`}function x({icon:e,label:t,onClick:n,pressed:s=void 0,disabled:o=!1,kind:i="plain"}){return r`<button
type="button"
class="button square ${i}"
aria-label=${t}
title=${t}
aria-pressed=${s===void 0?void 0:String(s)}
disabled=${o}
onClick=${n}
>
<${k} name=${e} />
</button>`}function T({kind:e="",children:t}){return r`<span class="badge ${e}">${t}</span>`}function Pe({text:e,label:t="Copy"}){let[n,s]=$(!1);return M(()=>{if(!n)return;let i=setTimeout(()=>s(!1),1500);return()=>clearTimeout(i)},[n]),r`<${x}
icon=${n?"check":"copy"}
label=${n?"Copied":t}
onClick=${async()=>{await Fe(typeof e=="function"?e():e)&&s(!0)}}
/>`}async function Fe(e){try{return await navigator.clipboard.writeText(e),!0}catch{return rs(e)}}function rs(e){let t=document.createElement("textarea");t.value=e,t.className="unseen",document.body.append(t),t.select();let n=document.execCommand("copy");return t.remove(),n}function Y({text:e,label:t,children:n=void 0}){return r`<div class="code">
<pre tabindex="0" role="region" aria-label=${t}><code>${n??e}</code></pre>
<${Pe} text=${e} label="Copy ${t}" />
</div>`}var is=/("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;function gt(e){let t=[],n=0;for(let s of e.matchAll(is)){t.push(e.slice(n,s.index));let o=s[2]?"json-key":s[1]?"json-text":"json-word";t.push(r`<span class=${o}>${s[1]??s[0]}</span>`,s[2]??""),n=s.index+s[0].length}return[...t,e.slice(n)]}function Z({label:e,tabs:t,chosen:n,onChoose:s}){let o=O(null);return r`<div class="tabs" role="tablist" aria-label=${e} ref=${o} onKeyDown=${a=>{let l={ArrowRight:1,ArrowLeft:-1}[a.key];if(!l)return;a.preventDefault();let u=t.findIndex(f=>f.id===n),p=t[(u+l+t.length)%t.length];s(p.id),o.current.children[t.indexOf(p)].focus()}}>
${t.map(a=>r`<button
type="button"
class="tab"
role="tab"
key=${a.id}
aria-selected=${String(a.id===n)}
tabindex=${a.id===n?0:-1}
onClick=${()=>s(a.id)}
>
${a.label}
</button>`)}
</div>`}var wt="mdbgen-theme",as=matchMedia("(prefers-color-scheme: dark)");function De(){try{return localStorage.getItem(wt)}catch{return null}}function ls(){return De()??(as.matches?"dark":"light")}De()&&(document.documentElement.dataset.theme=De());function vt(){let[e,t]=$(ls()),n=e==="dark"?"light":"dark";return r`<${x}
icon=${n==="dark"?"moon":"sun"}
label="Use ${n} colours"
onClick=${()=>{document.documentElement.dataset.theme=n;try{localStorage.setItem(wt,n)}catch{}t(n)}}
/>`}function kt(){return r`<div class="banners" aria-live="polite">
${c.link==="lost"?r`<div class="banner warn"><p><strong>mdbgen dev cannot be reached.</strong> If it has ended, start it again, and open the address that it prints: each run has a new one.</p></div>`:null}
<${cs} />
<${ds} />
<${fs} key=${c.changes} />
</div>`}function cs(){return c.problems.length?r`<div class="banner bad" role="alert">
<p><strong>The manifest has ${c.problems.length===1?"a mistake":`${c.problems.length} mistakes`}.</strong> The last good server goes on.</p>
<ul class="problems">
${c.problems.map((e,t)=>r`<li key=${t}><code class="theirs">${us(e)}</code> <code>${e.code}</code> <span class="theirs">${d(e.path?`${e.path}: `:"")}${d(e.message)}</span></li>`)}
</ul>
${c.problemsText?r`<details><summary>As the terminal shows it</summary><pre class="theirs" tabindex="0" role="region" aria-label="The mistakes">${c.problemsText}</pre></details>`:null}
</div>`:null}function us({file:e,line:t,column:n}){return d(t?`${e}:${t}:${n}`:e)}function ds(){let{app:e}=c;return e?e.traceback?r`<div class="banner bad" role="alert">
<p><strong>${e.status==="down"?"The app does not run.":"The new code does not run; the last good server goes on."}</strong> <span class="theirs">${d(e.why??"")}</span></p>
<pre class="traceback theirs" tabindex="0" role="region" aria-label="Traceback">${e.traceback}</pre>
</div>`:e.status==="up"?null:r`<div class="banner warn"><p><strong>${{down:"The app does not run.",restarting:"The app restarts."}[e.status]??"The app starts."}</strong> <span class="theirs">${d(e.why??"")}</span></p></div>`:null}var ps={error:["bad","breaks clients"],warning:["warn","may break clients"],info:["","harmless"]};function fs(){let[e,t]=$(!1);return e||!c.changes.length?null:r`<div class="banner">
<div class="banner-head"><p><strong>The contract has changed.</strong></p><${x} icon="close" label="Put away" onClick=${()=>t(!0)} /></div>
<ul class="problems">
${c.changes.slice(0,20).map((n,s)=>{let[o,i]=ps[n.level]??["",n.level];return r`<li key=${s}><${T} kind=${o}>${i}<//> <code class="theirs">${d(n.path??"")}</code> <span class="theirs">${d(n.message)}</span></li>`})}
</ul>
</div>`}var ie=new Map,xt=0,Ot=-1;function St(e,t,n){xt+=1;let s=`b${xt}`,o=c.contract.endpoints.find(l=>l.name===t),i=`ws://${location.hostname}:${new URL(c.app.url).port}${ms(o)}`,a=n?new WebSocket(i,["bearer",n]):new WebSocket(i);return ie.set(s,a),Ct({id:s,person:e.id,endpoint:t,carrier:n?"subprotocol":"none",origin:location.origin,headers:[],query:[],status:"connecting",connection_id:null,connected_at:null,handshake:null,trail:[],close:null,faults:[]}),$s(a,s),s}function ms(e){return c.app.paths?.[e.name]??e.path}function $s(e,t){e.onopen=()=>He(t,{status:"open",connected_at:Date.now()}),e.onmessage=n=>{let s=typeof n.data=="string",o=s?n.data:null;if(We(t,"in",o,s?new Blob([o]).size:n.data.size,!s),!s)return;let i=hs(o);i?.type==="ping"&&Je(t,'{"type":"pong"}'),i?.type==="connected"&&He(t,{connection_id:i.connection_id})},e.onclose=n=>{ie.delete(t);let s=c.contract?.closes.filter(a=>a.code===n.code)??[],o=s.find(a=>a.reason===n.reason)??s[0],i=n.code===1006?"no close arrived: refused before it was open, or the network ended it. A browser is told nothing else":o?.meaning??"a code of the app's own";We(t,"event",`closed ${n.code} ${n.reason}`.trim(),0,!1),He(t,{status:"closed",close:{code:n.code,reason:n.reason,by:n.code===1006?"network":"server",meaning:i,client:o?.client??"stop",again_in_s:null}})}}function hs(e){try{return JSON.parse(e)}catch{return null}}function Je(e,t){let n=ie.get(e);if(n?.readyState!==WebSocket.OPEN)throw new Error("This client is not connected.");n.send(t),We(e,"out",t,new Blob([t]).size,!1)}function Mt(e,t,n){ie.get(e)?.close(t,n)}function Ve(e){ie.get(e)?.close(1e3),V({is:"client_gone",client:e})}function We(e,t,n,s,o){V({is:"frames",frames:[{n:Ot,t:Date.now(),client:e,way:t,text:n,bytes:s,binary:o}]}),Ot-=1}function He(e,t){let n=c.clients.get(e);n&&Ct({...n,...t})}function Ct(e){V({is:"client",client:e})}var Tt=[["","as it does by default"],["authorization","Authorization: Bearer"],["subprotocol","subprotocol bearer"],["ticket","?ticket="],["query","?token="],["cookie","cookie"],["none","not at all"],["browser","as this browser"]];function U(e){return e.id.startsWith("b")}async function Ue(e,t,n){if(n.carrier==="browser"){let i=c.people.get(e),a=i.kind==="anonymous"?null:(await g("token",{person:e})).token;return St(i,t,a)}let s={...n.carrier?{carrier:n.carrier}:{},...n.origin?{origin:n.origin}:{},...n.headers.length?{headers:n.headers}:{},...n.query.length?{query:n.query}:{}},{client:o}=await g("connect",{person:e,endpoint:t,...s});return typeof o=="object"&&V({is:"client",client:o}),typeof o=="object"?o.id:o}async function _t(e,t){U(e)?Je(e.id,t):await g("send",{client:e.id,text:t})}async function At(e,t=1e3,n=""){U(e)?Mt(e.id,t,n):await g("close",{client:e.id,code:t,reason:n})}async function Et(e){U(e)?Ve(e.id):await g("forget",{client:e.id})}async function Nt(e){if(!U(e)){await g("reconnect",{client:e.id});return}let t={carrier:"browser",origin:"",headers:[],query:[]};Ve(e.id),await Ue(e.person,e.endpoint,t)}function jt({schema:e,schemas:t,hidden:n=new Set}){let s=t.resolve(e),o=I(s).filter(([i])=>!n.has(i));return o.length?r`<${It} schema=${{...s,properties:Object.fromEntries(o),patternProperties:{}}} schemas=${t} />`:r`<p class="quiet">Nothing but its type.</p>`}function It({schema:e,schemas:t}){let n=new Set(e.required??[]);return r`<ul class="properties">
${I(e).map(([s,o])=>r`<li class="property" key=${s}>
<${bs} name=${s} schema=${o} schemas=${t} required=${n.has(s)} />
</li>`)}
</ul>`}function bs({name:e,schema:t,schemas:n,required:s}){let o=n.resolve(t),i=$e(o);return r`<div class="property-head">
<span class="property-name theirs">${d(e)}</span>
<span class="property-kind theirs">${ae(t,n)}</span>
${s?null:r`<span class="badge">optional</span>`}
${o.deprecated?r`<span class="badge warn">deprecated</span>`:null}
${i.map(a=>r`<span class="key theirs" key=${a}>${d(a)}</span>`)}
${"default"in o?r`<span class="key theirs">default ${q(o.default)}</span>`:null}
</div>
${o.description?r`<p class="property-note theirs">${P(o.description)}</p>`:null}
<${ys} schema=${t} schemas=${n} />`}function ys({schema:e,schemas:t}){let[n,s]=$(!1),o=he(e,t);return o.length?r`<details onToggle=${i=>s(i.currentTarget.open)}>
<summary>${o.length===1?"its properties":`${o.length} kinds of it`}</summary>
${n?o.map((i,a)=>r`<${It} key=${a} schema=${i} schemas=${t} />`):null}
</details>`:null}function he(e,t,n=0){let s=t.resolve(e);if(n>5)return[];switch(A(s)){case"object":return I(s).length?[s]:[];case"array":return he(s.items??{},t,n+1);case"map":return he(s.additionalProperties??{},t,n+1);case"union":return L(s).flatMap(o=>he(o,t,n+1));default:return[]}}function ae(e,t,n=0){let s=t.resolve(e),o=t.nameOf(e),i=a=>n>4?"…":ae(a,t,n+1);switch(A(s)){case"const":return q(s.const);case"enum":return`one of ${s.enum.map(q).join(", ")}`;case"union":return o?d(o):L(s).map(i).join(" or ");case"object":return o?d(o):"object";case"map":return`map of ${i(s.additionalProperties??{})}`;case"array":return`list of ${i(s.items??{})}`;case"string":return o?d(o):"text";case"any":return"anything";default:return o?d(o):s.type}}function q(e){let t=d(N(e).replace(/\s*\n\s*/g," "));return t.length>60?`${t.slice(0,58)}…`:t}var gs=[{id:"typescript",label:"TypeScript"},{id:"python",label:"Python"},{id:"websocat",label:"websocat"}];function Lt({endpoint:e,base:t=""}){let[n,s]=$("typescript"),o=`${t||"wss://example.com"}${e.path}`,i={typescript:ws,python:xs,websocat:Os}[n](e,o);return r`<div>
<div class="snippet-tabs">
<${Z} label="Language" tabs=${gs} chosen=${n} onChoose=${s} />
</div>
<${Y} text=${i} label="${n} for ${e.name}" />
</div>`}function be(e){let t=e.receive.find(n=>!n.deprecated)??e.receive[0];return t?{...t.example,type:t.name}:e.takesObjects?{type:"hello"}:null}function ws(e,t){return e.client?vs(e,t):ks(e,t)}function vs(e,t){let{client:n,methods:s}=e.client,o=be(e),i=e.receive.find(l=>l.name===o?.type),a=[`import { ${n} } from "./client";`,"",`const ws = new ${n}({`,`  url: ${JSON.stringify(t)},`,`  token: () => ${e.anonymous?"undefined":"currentToken()"},`,"});","",...e.send.slice(0,1).map(l=>`ws.on(${JSON.stringify(l.name)}, (message) => console.log(message));`)];if(i){let{type:l,id:u,...p}=o,f=Object.keys(p).length?JSON.stringify(p):"",m=`ws.${s[i.name]}(${f});`;a.push(i.reply?`const reply = await ${m}`:m)}else o&&a.push(`ws.send(${JSON.stringify(o)});`);return a.join(`
`)}function ks(e,t){let n=e.anonymous?"":', ["bearer", token]',s=be(e);return[`const ws = new WebSocket(${JSON.stringify(t)}${n});`,"","ws.onmessage = (event) => {","  const message = JSON.parse(event.data);",`  if (message.type === "ping") ws.send('{"type":"pong"}');`,"  else console.log(message);","};",...s?[`ws.onopen = () => ws.send(JSON.stringify(${JSON.stringify(s)}));`]:[],"ws.onclose = (event) => console.log(event.code, event.reason);"].join(`
`)}function xs(e,t){let n=be(e),s=e.anonymous?"":', additional_headers={"Authorization": f"Bearer {token}"}',o=n?[`    ws.send(${JSON.stringify(JSON.stringify(n))})`]:[];return["import json","","from websockets.sync.client import connect","",`with connect(${JSON.stringify(t)}${s}) as ws:`,...o,"    for text in ws:","        message = json.loads(text)",'        if message["type"] == "ping":',`            ws.send('{"type": "pong"}')`,"        else:","            print(message)"].join(`
`)}function Os(e,t){let n=e.anonymous?"":' -H="Authorization: Bearer $TOKEN"',s=be(e);return s?[`echo ${Ss(JSON.stringify(s))} | \\`,`  websocat -n${n} ${t}`].join(`
`):`websocat${n} ${t}`}function Ss(e){return`'${e.replaceAll("'","'\\''")}'`}var Ms={"let in":["good","let in"],unauthenticated:["bad","unauthenticated"],forbidden:["bad","forbidden"]};function Rt({contract:e,base:t=""}){return r`<div class="contract">
${e.endpoints.map(n=>r`<${Cs} key=${n.name} endpoint=${n} contract=${e} base=${t} />`)}
<${Es} contract=${e} />
<${Ns} contract=${e} />
<${js} closes=${e.closes} />
${e.stream?r`<${Is} stream=${e.stream} />`:null}
</div>`}function Bt(...e){return e.map(t=>encodeURIComponent(t)).join("/")}function Cs({endpoint:e,contract:t,base:n}){return r`<section class="endpoint" id=${Bt(e.name)}>
<div class="endpoint-head">
<h2 class="theirs">${e.name}</h2>
<code class="endpoint-path theirs">${e.path}</code>
</div>
${e.description.trim()?r`<p class="lead theirs">${P(e.description)}</p>`:null}
<${ze} endpoint=${e} />
<h3>From clients</h3>
${e.takesObjects?r`<p class="quiet">Any JSON object. None is declared, so none is checked.</p>`:r`<${qt} endpoint=${e} messages=${e.receive} contract=${t} none="Nothing but pong." />`}
<h3>To clients</h3>
${e.sendsAnything?r`<p class="quiet">Whatever the app sends. None is declared.</p>`:r`<${qt} endpoint=${e} messages=${e.send} contract=${t} none="Nothing is declared." />`}
<h3>Limits</h3>
<${As} endpoint=${e} />
<h3>Connect</h3>
<${Lt} endpoint=${e} base=${n} />
</section>`}function ze({endpoint:e}){return r`<div class="who card">
<div class="who-main">
<span class="theirs">${ne(e.who)}</span>
<span class="key theirs">${e.decidedBy}</span>
</div>
<ul class="who-list" aria-label="Who is let in to ${e.name}">
${e.clients.map((t,n)=>{let[s,o]=Ms[t.outcome]??["",t.outcome];return r`<li class="who-row" key=${n}>
<span class="theirs">${d(t.client)}</span>
<span><${T} kind=${s}>${o}<//></span>
<span class="key theirs">${d(t.decided_by)}</span>
</li>`})}
</ul>
</div>`}function qt({endpoint:e,messages:t,contract:n,none:s}){return t.length?t.map(o=>r`<${Ts} key=${o.key} endpoint=${e} message=${o} contract=${n} />`):r`<p class="quiet">${s}</p>`}function Ts({endpoint:e,message:t,contract:n}){let s=N(t.example),o=t.description||t.title;return r`<details class="message card" id=${Bt(e.name,t.way,t.name)} open>
<summary>
<span class="message-name theirs">${d(t.name)}</span>
${t.reply?r`<${T}>answered by <span class="theirs">${d(t.reply)}</span><//>`:null}
${t.deprecated?r`<${T} kind="warn">deprecated<//>`:null}
<span class="message-note theirs">${P(o)}</span>
</summary>
<div class="message-body">
<div>
<h4>Properties</h4>
<${jt} schema=${t.payload} schemas=${n.schemas} hidden=${le(t)} />
</div>
<div>
<h4>Example</h4>
<${Y} text=${s} label="example of ${d(t.name)}">${gt(s)}<//>
</div>
</div>
</details>`}function le(e){let t=e.payload.properties?.timestamp?.description!=="When it was sent; ISO 8601, UTC.";return e.way==="receive"||t?new Set([...se].filter(n=>n!=="timestamp")):se}var _s=[["max_message_bytes","one message",e=>C(e),"longer: closed with 1009"],["messages_per_second","messages of one client",e=>`${_(e)} a second`,"more: closed with 4429"],["outbox_bytes","waiting for a slow client",e=>C(e),"more: closed with 1013"],["connections","connections of one process",e=>_(e),"more: closed with 1013"],["connections_per_user","connections of one user",e=>_(e),"more: closed with 4429"]];function As({endpoint:e}){let t=_s.map(([n,s,o,i])=>[s,o(e.limits[n]),i]);return t.push(["ping",`every ${e.pingInterval} s`,"without a frame of the client"]),e.ticket&&t.push(["tickets",`${e.ticket["expires-in"]} s`,`POST ${e.ticket.address}`]),e.history&&t.push(["history",D(e.history,"message"),"sent again with ?since="]),r`<dl class="facts card">
${t.map(([n,s,o])=>r`<div key=${n}>
<dt>${n}</dt>
<dd>${s}<br /><span class="quiet theirs">${o}</span></dd>
</div>`)}
</dl>`}function Es({contract:e}){return r`<section id="rules">
<h2>At every endpoint</h2>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>What</th><th>Rule</th><th>Decided by</th></tr></thead>
<tbody>
${e.rules.map(t=>r`<tr key=${t.subject}>
<td>${t.subject}</td>
<td class="theirs">${d(t.text)}</td>
<td><span class="key theirs">${t.decided_by}</span></td>
</tr>`)}
</tbody>
</table></div>
</section>`}function Ns({contract:e}){return r`<section id="protocol">
<h2>What the server says itself</h2>
<p class="lead">
Every frame of the server also has app_slug and timestamp. A client answers ping with pong; an id on
its message comes back as reply_to.
</p>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>Frame</th><th>When</th></tr></thead>
<tbody>
${e.protocol.map(t=>r`<tr key=${t.name}><td><code>${t.name}</code></td><td>${t.description}</td></tr>`)}
</tbody>
</table></div>
</section>`}function js({closes:e}){return r`<section id="closes">
<h2>Close codes</h2>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>Code</th><th>Reason</th><th>Meaning</th><th>A client does</th></tr></thead>
<tbody>
${e.map((t,n)=>r`<tr key=${n}>
<td><code>${t.code}</code></td>
<td>${t.reason?r`<code>${t.reason}</code>`:""}</td>
<td>${t.meaning}</td>
<td>${t.client}</td>
</tr>`)}
</tbody>
</table></div>
</section>`}function Is({stream:e}){return r`<section id="stream">
<h2>Publish from other programs</h2>
<p class="lead">With one command of Redis: <code class="theirs">${e.command} ${e.key} * m '{"type": "…"}'</code></p>
<div class="table-frame"><table class="table stacking">
<thead><tr><th>Field</th><th>Holds</th></tr></thead>
<tbody>
${Object.entries(e.fields).map(([t,n])=>r`<tr key=${t}><td><code>${t}</code></td><td>${n}</td></tr>`)}
</tbody>
</table></div>
</section>`}function Pt(e,t){let{limits:n,pingInterval:s}=e,o=t.faults?.includes("not_reading"),i=t.faults?.includes("no_pong"),a=s+Math.min(s,20);return[["vanish","Vanish","the connection is cut, without a close"],o?["read_again","Read again","what waits in its outbox arrives"]:["stop_reading","Stop reading",`its outbox fills up to ${C(n.outbox_bytes)}, then 1013`],i?["pong_again","Answer pings again",""]:["no_pong","Answer no pings",`4408 after up to ${a} s of silence`],["flood","Flood",`more than ${2*n.messages_per_second} messages at once: 4429`],["too_big","Send a frame over the limit",`more than ${C(n.max_message_bytes)}: 1009`],["binary","Send a binary frame","not on this wire: 1003"],["half_frame","Send half a frame","and vanish"],["bad_json","Send what is no JSON","an error invalid_json; the connection stays"],["expire","Let its token expire now","1008 token_expired"]].map(([l,u,p])=>({fault:l,label:u,note:p}))}var Ls={origin:"Origin",credential:"Credential",policy:"Policy",limits:"Limits",on_connect:"on_connect"},Ft={passed:["good","check","passed"],failed:["bad","close","failed"],not_reached:["","more","not reached"],not_asked:["","more","not asked"]},qs={server:"by the server",client:"by the client",network:"by the network"};function Xe({trail:e,label:t}){return r`<ol class="trail" aria-label=${t}>
${e.map(n=>{let[s,o,i]=Ft[n.outcome]??Ft.not_reached;return r`<li class="trail-step ${s} ${n.outcome}" key=${n.step}>
<span class="trail-mark"><${k} name=${o} /></span>
<span class="trail-name">${Ls[n.step]??n.step} <span class="unseen">${i}</span></span>
<span class="trail-why theirs">${P(n.why??"")}</span>
${n.decided_by?r`<span class="key theirs">${d(n.decided_by)}</span>`:null}
</li>`})}
</ol>`}function Dt({handshake:e}){return r`<details class="handshake">
<summary>HTTP ${e.status} <span class="theirs">${d(e.reason??"")}</span></summary>
<dl class="headers">
${(e.headers??[]).map(([t,n],s)=>r`<div key=${s}><dt class="mono theirs">${d(t)}</dt><dd class="mono theirs">${d(n)}</dd></div>`)}
</dl>
${e.body?r`<pre class="theirs handshake-body">${P(e.body)}</pre>`:null}
</details>`}function Ht({client:e}){let{close:t}=e;return r`<div class="close-note">
<p>
<span class="close-code mono">${t.code}</span>
${t.reason?r`<code class="theirs">${d(t.reason)}</code> `:null}
<span class="quiet">${qs[t.by]??""}</span>
</p>
<p class="theirs">${ne(t.meaning)}</p>
<p class="quiet">
The generated client: <span class="theirs">${d(t.client)}</span>.
<${Rs} client=${e} />
</p>
</div>`}function Wt({text:e,closes:t}){let[,n,s]=/^closed (\d{4})(?: (.*))?$/s.exec(e)??[],o=t.filter(a=>String(a.code)===n),i=o.find(a=>a.reason&&s?.startsWith(a.reason))??o[0];return i?r`<div class="close-note">
<p><span class="close-code mono">${n}</span>${ne(i.meaning)}</p>
<p class="quiet">A client does: ${i.client}.</p>
</div>`:null}function Rs({client:e}){let t=e.close?.again_in_s,n=e.status==="waiting"&&typeof t=="number",[,s]=$(0);if(M(()=>{if(!n)return;let i=setInterval(()=>s(a=>a+1),500);return()=>clearInterval(i)},[n]),!n)return null;let o=t-(performance.now()-e.heardAt)/1e3;return r` <${T} kind="warn">${o>.5?`comes back in ${Math.ceil(o)} s`:"comes back now"}<//>`}var Bs=4,Ps=60;function Jt(e,t,n){let s=[],{id:o,type:i,...a}=t.payload.properties??{},l={...t.payload,properties:a};for(let[u,p]of Ut(e,l,n,[]))if(s.push({label:u,frame:p}),s.length>=Ps)break;return s.push({label:"a type that does not exist",frame:{...e,type:`${t.name}_`}}),s}function*Vt(e,t,n,s){let o=n.resolve(t),i=s.map(l=>d(l)).join(".");for(let[l,u]of Fs(e,o))yield[`${i}: ${l}`,u];if(s.length>=Bs)return;let a=A(o);if(a==="object"&&Vs(e)&&(yield*Ut(e,o,n,s)),a==="array"&&Array.isArray(e)&&e.length)for(let[l,u]of Vt(e[0],o.items??{},n,[...s,"0"]))yield[l,[u,...e.slice(1)]]}function*Ut(e,t,n,s){let o=new Set(t.required??[]);for(let[i,a]of I(t)){let l=[...s,i];if(o.has(i)&&Object.hasOwn(e,i)){let{[i]:p,...f}=e;yield[`${l.map(m=>d(m)).join(".")}: missing`,f]}let u=Object.hasOwn(e,i)?e[i]:void 0;for(let[p,f]of Vt(u,a,n,l))yield[p,{...e,[i]:f}]}t.additionalProperties===!1&&(yield[`${[...s,""].join(".")}a property that is not declared`,{...e,not_declared:!0}])}function*Fs(e,t){let n=A(t);n!=="any"&&(yield["of another kind",Js(t)]),(n==="enum"||n==="const")&&(yield["none of its values","none of its values"]),n==="string"&&(yield*Ds(t)),(n==="integer"||n==="number")&&(yield*Hs(t)),n==="integer"&&(yield["not whole",1.5]),n==="array"&&(yield*Ws(e,t))}function*Ds(e){e.maxLength!==void 0&&(yield[`longer than ${e.maxLength}`,"x".repeat(e.maxLength+1)]),e.minLength&&(yield[`shorter than ${e.minLength}`,"x".repeat(e.minLength-1)]),e.pattern&&(yield["against its pattern"," "]),e.format&&(yield[`no ${e.format}`,"no such thing"])}function*Hs(e){e.minimum!==void 0&&(yield[`below ${e.minimum}`,e.minimum-1]),e.maximum!==void 0&&(yield[`above ${e.maximum}`,e.maximum+1]),e.exclusiveMinimum!==void 0&&(yield[`not above ${e.exclusiveMinimum}`,e.exclusiveMinimum]),e.exclusiveMaximum!==void 0&&(yield[`not below ${e.exclusiveMaximum}`,e.exclusiveMaximum]),e.multipleOf&&(yield[`no multiple of ${e.multipleOf}`,e.multipleOf*1.5])}function*Ws(e,t){let n=Array.isArray(e)?e:[],s=n[0]??"x";t.minItems&&(yield[`fewer than ${t.minItems} items`,n.slice(0,t.minItems-1)]),t.maxItems!==void 0&&t.maxItems<2e3&&(yield[`more than ${t.maxItems} items`,Array.from({length:t.maxItems+1},()=>s)]),t.uniqueItems&&(yield["two items the same",[s,s]])}function Js(e){let t=new Set(L(e).length?L(e).map(A):[A(e)]);return t.has("object")||t.has("map")?t.has("array")?!0:["a list"]:{not:"what is wanted"}}function Vs(e){return e!==null&&typeof e=="object"&&!Array.isArray(e)}var zt=100,Us=2;function ye({value:e,label:t}){return r`<div class="tree" role="region" tabindex="0" aria-label=${t}>
<${Xt} value=${e} depth=${0} />
</div>`}function Xt({name:e=null,value:t,depth:n}){let s=t!==null&&typeof t=="object",o=e===null?null:r`<span class="json-key theirs">${d(e)}</span>: `;return s?r`<${zs} name=${o} value=${t} depth=${n} />`:r`<div class="tree-leaf">${o}<${Xs} value=${t} /></div>`}function zs({name:e,value:t,depth:n}){let[s,o]=$(n<Us),[i,a]=$(zt),l=Object.entries(t),u=Array.isArray(t);if(!l.length)return r`<div class="tree-leaf">${e}<span class="quiet">${u?"[]":"{}"}</span></div>`;let p=u?`[${l.length}]`:`{${l.length}}`;return r`<details open=${s} onToggle=${f=>o(f.currentTarget.open)}>
<summary>${e}<span class="quiet">${p}</span></summary>
${s?r`<div class="tree-inner">
${l.slice(0,i).map(([f,m])=>r`<${Xt} key=${f} name=${f} value=${m} depth=${n+1} />`)}
${l.length>i?r`<button type="button" class="button plain" onClick=${()=>a(i+zt)}>
${l.length-i} more
</button>`:null}
</div>`:null}
</details>`}function Xs({value:e}){return typeof e=="string"?r`<span class="json-text theirs">"${d(e)}"</span>`:r`<span class="json-word">${String(e)}</span>`}var{Validator:Gs}=globalThis.jsonSchema,Gt=new WeakMap;function Ks(e,t){let n=Gt.get(e);if(!n){let s={...e,$defs:t.components},o=JSON.stringify(s).replaceAll('"#/components/schemas/','"#/$defs/');n=new Gs(JSON.parse(o),"7",!1),Gt.set(e,n)}return n}var Ys=new Set(["properties","patternProperties","items","$ref","allOf","additionalProperties"]);function Ge(e,t,n){let s;try{s=Ks(t,n).validate(e)}catch{return[]}if(s.valid)return[];let o=s.errors.filter(a=>!Ys.has(a.keyword));return(o.length?o:s.errors).slice(0,10).map(a=>({path:Zs(a.instanceLocation),message:d(a.error)}))}function Zs(e){return e.replace(/^#\/?/,"").split("/").map(t=>t.replaceAll("~1","/").replaceAll("~0","~")).join(".")}function Qs(e,t,n,s){return(s==="out"?t.receive:[...t.send,...e.protocol]).find(i=>i.name===n)??null}function Q(e,t,n){return e.way==="event"||!n?[]:(e.verdict?.contract!==n&&(e.verdict={contract:n,mistakes:eo(e,K(n,t),n)}),e.verdict.mistakes)}function eo(e,t,n){if(!t)return[];if(e.binary)return[{path:"",message:"A binary frame; the wire knows text frames only."}];let s=e.value;if(s===void 0)return[{path:"",message:"It is no JSON."}];if(s===null||typeof s!="object"||Array.isArray(s))return[{path:"",message:"It is no JSON object."}];let o=Qs(n,t,e.type,e.way);return o?Ge(s,o.payload,n.schemas):(e.way==="out"?t.takesObjects||e.type==="pong":t.sendsAnything)?[]:[{path:"type",message:`${t.name} declares no message ${JSON.stringify(e.type)}.`}]}var to=/(?:true|false|null)\b|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y,no=/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y,so=/[ \t\r\n]*/y;function Kt(e){let t=new Ke(e);try{return t.readDocument(),null}catch(n){if(!(n instanceof ge))throw n;return{...oo(e,n.offset),message:n.message}}}var ge=class extends Error{constructor(t,n){super(t),this.offset=n}};function oo(e,t){let n=e.slice(0,t).split(`
`);return{offset:t,line:n.length,column:n[n.length-1].length+1}}var Ke=class{constructor(t){this.text=t,this.at=0,this.depth=0}readDocument(){this.readValue("a value"),this.skipBlanks(),this.at<this.text.length&&this.fail("nothing may follow the value")}readValue(t){this.skipBlanks();let n=this.text[this.at];n==="{"?this.readObject():n==="["?this.readList():n==='"'?this.readText():this.take(to)||this.failAtWord(t)}readObject(){if(this.enter(),this.skipBlanks(),this.text[this.at]!=="}")do this.skipBlanks(),this.text[this.at]!=='"'&&this.fail("expected a name in double quotes"),this.readText(),this.skipBlanks(),this.takeOne(":")||this.fail("expected a colon after the name"),this.readValue("a value"),this.skipBlanks();while(this.takeOne(","));this.leave("}","expected a comma or }")}readList(){if(this.enter(),this.skipBlanks(),this.text[this.at]!=="]")do this.readValue("a value"),this.skipBlanks();while(this.takeOne(","));this.leave("]","expected a comma or ]")}readText(){if(this.take(no))return;let t=this.text.slice(this.at+1),n=/^(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/.exec(t);this.at+=1+(n?.[0].length??0),this.at>=this.text.length&&this.fail("the text does not end: a double quote is missing"),this.text[this.at]==="\\"&&this.fail("this escape does not exist"),this.fail("the text does not end on its line")}enter(){this.depth+=1,this.depth>200&&this.fail("this is nested too deep"),this.at+=1}leave(t,n){this.takeOne(t)||this.fail(this.text[this.at]?n:`${n}, but the text ends`),this.depth-=1}skipBlanks(){this.take(so)}take(t){t.lastIndex=this.at;let n=t.exec(this.text);return n?(this.at+=n[0].length,!0):!1}takeOne(t){return this.text[this.at]!==t?!1:(this.at+=1,!0)}failAtWord(t){this.at>=this.text.length&&this.fail(`expected ${t}, but the text ends`);let n=this.text[this.at];n==="'"&&this.fail("text stands in double quotes"),(n==="}"||n==="]")&&this.fail("a comma too many, or a value is missing"),/[\d-]/.test(n)&&this.fail("this is no number"),this.fail(`expected ${t}`)}fail(t){throw new ge(t,this.at)}};function ee({id:e,label:t,text:n,onText:s,rows:o=void 0}){let i=O(null),a=n.trim()?Kt(n):null,l=()=>{i.current.focus(),i.current.setSelectionRange(a.offset,a.offset+1)};return r`<div class="editor">
<label class="unseen" for=${e}>${t}</label>
<textarea
id=${e}
ref=${i}
class="input"
rows=${o??Math.max(4,Math.min(16,n.split(`
`).length))}
spellcheck=${!1}
autocomplete="off"
value=${n}
aria-invalid=${String(!!a)}
aria-describedby="${e}-mistake"
onInput=${u=>s(u.currentTarget.value)}
></textarea>
<div id="${e}-mistake" class="mistake" role="status">
${a?r`<button type="button" class="mistake-place" onClick=${l}>
line ${a.line}, column ${a.column}</button
>: ${a.message}
<pre class="mistake-line">${ro(n,a)}</pre>`:null}
</div>
</div>`}function ro(e,t){let n=e.split(`
`)[t.line-1],s=Math.max(0,t.column-30),o=d(n.slice(s,t.column-1)),i=d(n.slice(t.column-1,t.column+30));return`${o}${i}
${" ".repeat(o.length)}^`}function Ye({id:e,schema:t,schemas:n,value:s,onValue:o,mistakes:i,path:a="",hidden:l=new Set}){let u=new Set(t.required??[]),p=I(t).filter(([b])=>!l.has(b)),f=p.filter(([b])=>u.has(b)||Object.hasOwn(s??{},b)),m=p.filter(([b])=>!u.has(b)&&!Object.hasOwn(s??{},b)),y=(b,E)=>o({...s,[b]:E}),h=b=>{let{[b]:E,...R}=s;o(R)};return r`<div class="fields">
${f.map(([b,E])=>{let R=a?`${a}.${b}`:b;return r`<div class="field-row" key=${b}>
<${Zt}
id="${e}-${b}"
label=${b}
schema=${E}
schemas=${n}
value=${s?.[b]}
onValue=${B=>y(b,B)}
mistakes=${i}
path=${R}
/>
${u.has(b)?null:r`<${x} icon="close" label="Leave out ${d(b)}" onClick=${()=>h(b)} />`}
</div>`})}
${m.length?r`<div class="absent">
${m.map(([b,E])=>r`<button
type="button"
class="button plain"
key=${b}
title="Add ${d(b)}"
onClick=${()=>y(b,H(E,n,2))}
>
<${k} name="plus" /><span class="cut">${d(b)}</span>
</button>`)}
</div>`:null}
</div>`}function Zt(e){let t=e.schemas.resolve(e.schema),n=e.mistakes.filter(p=>p.path===e.path),s=A(t),o=["object","array","union","map","any"].includes(s),i=[t.description?P(t.description):"",...$e(t).map(p=>d(p))].filter(Boolean).join(" · "),a=r`<span class="field-name theirs">${d(e.label)}</span
><span class="field-kind theirs">${ae(e.schema,e.schemas)}</span>`,l=r`<div class="field-note theirs" id="${e.id}-note">
${n.length?r`<span class="field-wrong">${n.map(p=>p.message).join(" ")}</span>`:r`<span class="quiet">${i}</span>`}
</div>`,u=r`<${Qt} ...${e} schema=${t} isWrong=${n.length>0} />`;return o?r`<fieldset class="field group"><legend>${a}</legend>${u}${l}</fieldset>`:r`<div class="field"><label for=${e.id}>${a}</label>${u}${l}</div>`}function Qt(e){let{schema:t}=e;switch(A(t)){case"const":return r`<output id=${e.id} class="mono">${q(t.const)}</output>`;case"enum":return r`<${Yt} ...${e} />`;case"boolean":return r`<${Yt} ...${e} schema=${{enum:[!0,!1]}} />`;case"string":return r`<${io} ...${e} />`;case"integer":case"number":return r`<${ao} ...${e} />`;case"null":return r`<output id=${e.id} class="mono">null</output>`;case"object":return r`<${Ye} ...${e} />`;case"array":return r`<${lo} ...${e} />`;case"union":return r`<${co} ...${e} />`;default:return r`<${po} ...${e} />`}}function Yt({id:e,schema:t,value:n,onValue:s,isWrong:o}){let i=t.enum.findIndex(a=>Object.is(a,n));return r`<select
id=${e}
class="input"
aria-invalid=${String(o)}
aria-describedby="${e}-note"
value=${String(i)}
onChange=${a=>s(t.enum[Number(a.currentTarget.value)])}
>
${i<0?r`<option value="-1">${q(n??null)}</option>`:null}
${t.enum.map((a,l)=>r`<option key=${l} value=${String(l)}>${typeof a=="string"?d(a):q(a)}</option>`)}
</select>`}function io({id:e,schema:t,value:n,onValue:s,isWrong:o}){let i={id:e,class:"input",value:typeof n=="string"?n:"",placeholder:typeof n=="string"||n===void 0?"":q(n),"aria-invalid":String(o),"aria-describedby":`${e}-note`,autocomplete:"off",spellcheck:!1,onInput:l=>s(l.currentTarget.value)};return(t.maxLength??0)>200||i.value.includes(`
`)?r`<textarea ...${i} rows="3"></textarea>`:r`<input type="text" ...${i} />`}function ao({id:e,value:t,onValue:n,isWrong:s}){let[o,i]=$(null),a=o!==null&&Number(o)===t?o:t===void 0?"":String(t);return r`<input
id=${e}
class="input"
type="text"
inputmode="decimal"
autocomplete="off"
value=${a}
aria-invalid=${String(s)}
aria-describedby="${e}-note"
onInput=${l=>{let u=l.currentTarget.value;i(u);let p=Number(u);n(u.trim()!==""&&Number.isFinite(p)?p:u)}}
/>`}function lo({id:e,label:t,schema:n,schemas:s,value:o,onValue:i,mistakes:a,path:l}){let u=Array.isArray(o)?o:[],p=(f,m)=>i(u.map((y,h)=>h===f?m:y));return r`<div class="fields">
${u.slice(0,50).map((f,m)=>r`<div class="field-row" key=${m}>
<${Zt}
id="${e}-${m}"
label=${String(m)}
schema=${n.items??{}}
schemas=${s}
value=${f}
onValue=${y=>p(m,y)}
mistakes=${a}
path="${l}.${m}"
/>
<${x} icon="close" label="Remove ${d(t)} ${m}" onClick=${()=>i(u.filter((y,h)=>h!==m))} />
</div>`)}
${u.length>50?r`<p class="quiet">${u.length-50} more are in the JSON.</p>`:null}
<div class="absent">
<button type="button" class="button plain" onClick=${()=>i([...u,H(n.items??{},s,2)])}>
<${k} name="plus" />add one
</button>
</div>
</div>`}function co(e){let t=L(e.schema),[n,s]=$(()=>Math.max(0,t.findIndex(i=>uo(e.value,e.schemas.resolve(i))))),o=t[n]??t[0];return r`<div class="fields">
<select
class="input"
aria-label="Kind of ${d(e.label)}"
value=${String(n)}
onChange=${i=>{let a=Number(i.currentTarget.value);s(a),e.onValue(H(t[a],e.schemas,1))}}
>
${t.map((i,a)=>r`<option key=${a} value=${String(a)}>${ae(i,e.schemas)}</option>`)}
</select>
<${Qt} key=${n} ...${e} schema=${e.schemas.resolve(o)} />
</div>`}function uo(e,t){switch(A(t)){case"const":return Object.is(e,t.const);case"enum":return t.enum.includes(e);case"null":return e===null;case"array":return Array.isArray(e);case"integer":case"number":return typeof e=="number";case"object":case"map":return e!==null&&typeof e=="object"&&(t.required??[]).every(n=>Object.hasOwn(e,n));default:return typeof e===t.type}}function po({id:e,label:t,value:n,onValue:s}){let[o,i]=$(()=>N(n??null)),a=l=>{i(l);try{s(JSON.parse(l))}catch{}};return r`<${ee} id=${e} label=${d(t)} text=${o} onText=${a} rows=${3} />`}var fo=[{id:"form",label:"Form"},{id:"json",label:"JSON"}];function we(e,t={type:"hello"}){let[n,s]=$(""),[o,i]=$("form"),[a,l]=$({}),u=e.find(y=>y.key===n)??e[0]??null,p=u?.key??"",f=a[p]??N(u?mo(u):t),m=$o(f);return{message:u,messages:e,text:f,value:m,mode:u?o:"json",setKey:s,setMode:i,setText:y=>l({...a,[p]:y}),setValue:y=>l({...a,[p]:N(y)})}}function mo(e){let t=e.way==="receive"?new Set(["id"]):le(e);return Object.fromEntries(Object.entries({type:e.name,...e.example}).filter(([n])=>n==="type"||!t.has(n)))}function $o(e){try{let t=JSON.parse(e);return t!==null&&typeof t=="object"&&!Array.isArray(t)?t:void 0}catch{return}}function ve({id:e,draft:t,schemas:n,label:s}){let{message:o,messages:i,value:a}=t,l=o&&a?ho(t,n):[];return r`<div class="message-editor">
${o?r`<div class="message-choice">
<label class="unseen" for="${e}-message">${s}</label>
<select id="${e}-message" class="input mono" value=${o.key} onChange=${u=>t.setKey(u.currentTarget.value)}>
${i.map(u=>r`<option key=${u.key} value=${u.key}>${d(u.name)}</option>`)}
</select>
<${Z} label="How to write it" tabs=${fo} chosen=${t.mode} onChoose=${t.setMode} />
</div>`:null}
${t.mode==="form"?r`<${yo} id=${e} draft=${t} schemas=${n} mistakes=${l} />`:r`<${ee} id="${e}-json" label="The message as JSON" text=${t.text} onText=${t.setText} />`}
${t.mode==="json"&&l.length?r`<ul class="mistakes">
${l.map((u,p)=>r`<li key=${p} class="theirs"><code>${d(u.path)}</code> ${u.message}</li>`)}
</ul>`:null}
</div>`}function ho(e,t){let{message:n,value:s}=e,o=(n.payload.required??[]).filter(i=>n.way==="receive"||!le(n).has(i));return Ge(s,bo(n,o),t)}var Ze=new WeakMap;function bo(e,t){return e.way==="receive"?e.payload:(Ze.has(e)||Ze.set(e,{...e.payload,required:t}),Ze.get(e))}function yo({id:e,draft:t,schemas:n,mistakes:s}){let{message:o,value:i}=t;if(!i)return r`<p class="quiet">The JSON is no object at the moment; the form waits for it.</p>`;let a=o.way==="receive"?go:le(o);return Object.keys({...o.payload.properties,...o.payload.patternProperties}).filter(u=>!a.has(u)).length?r`<${Ye}
key=${o.key}
id=${e}
schema=${o.payload}
schemas=${n}
value=${i}
onValue=${t.setValue}
mistakes=${s}
hidden=${a}
/>`:r`<p class="quiet">It has no properties.</p>`}var go=new Set([...se].filter(e=>e==="type"||e==="id"));var ke=8;function z({label:e,icon:t="more",text:n="",items:s,disabled:o=!1,kind:i="plain"}){let[a,l]=$(!1),u=O(null),p=O(null),f=()=>{l(!1),u.current?.focus()};return pe(()=>{a&&(vo(p.current,u.current.getBoundingClientRect()),p.current.querySelector("button:not(:disabled)")?.focus())},[a]),M(()=>{if(!a)return;let m=y=>{!p.current?.contains(y.target)&&!u.current?.contains(y.target)&&l(!1)};return document.addEventListener("pointerdown",m),()=>document.removeEventListener("pointerdown",m)},[a]),r`<span class="menu">
<button
type="button"
ref=${u}
class="button ${n?"":"square"} ${i}"
aria-haspopup="menu"
aria-expanded=${String(a)}
aria-label=${n?void 0:e}
title=${n?void 0:e}
disabled=${o}
onClick=${()=>l(!a)}
>
<${k} name=${t} />${n}
</button>
${a?r`<div class="menu-list card" role="menu" aria-label=${e} ref=${p} onKeyDown=${m=>wo(m,p.current,f)}>
${s.map((m,y)=>r`<button
type="button"
class="menu-item"
role="menuitem"
tabindex="-1"
key=${y}
disabled=${m.disabled}
onClick=${()=>{f(),m.run()}}
>
<span class="theirs">${m.label}</span>
${m.note?r`<span class="menu-note theirs">${m.note}</span>`:null}
</button>`)}
</div>`:null}
</span>`}function wo(e,t,n){let s={ArrowDown:1,ArrowUp:-1}[e.key];if(e.key==="Escape"||e.key==="Tab")e.preventDefault(),n();else if(s){e.preventDefault();let o=[...t.querySelectorAll("button:not(:disabled)")],i=o.indexOf(document.activeElement);o[(i+s+o.length)%o.length]?.focus()}}function vo(e,t){let{offsetWidth:n,offsetHeight:s}=e,o=Math.min(t.left,innerWidth-n-ke),i=t.bottom+4,a=i+s>innerHeight-ke?Math.max(ke,t.top-s-4):i;e.style.left=`${Math.max(ke,o)}px`,e.style.top=`${a}px`}var en=0;function tn({client:e,endpoint:t}){let n=we(t.receive),[s,o]=$(!0),[i,a]=$(null),l=c.contract.schemas,u=fe(()=>n.message?Jt(n.value??n.message.example,n.message,l):[],[n.message,n.text]);if(!t.receive.length&&!t.takesObjects)return r`<p class="quiet">Clients may send nothing here but pong.</p>`;let p=e.status==="open",f=async(h,b)=>{let E=h!==null&&typeof h=="object";E&&s&&h.id===void 0&&(en+=1);let R=E&&s&&h.id===void 0?{...h,id:en}:h;a({id:E?R.id:void 0,what:b,problem:""});try{await _t(e,typeof R=="string"?R:JSON.stringify(R))}catch(B){a({id:void 0,what:b,problem:B.message})}},m=()=>f(n.value??n.text,n.message?.name??String(n.value?.type??"text")),y=h=>{h.key!=="Enter"||!(h.ctrlKey||h.metaKey)||!p||(h.preventDefault(),m())};return r`<form
class="composer"
aria-label="Send as ${e.id}"
onKeyDown=${y}
onSubmit=${h=>{h.preventDefault(),m()}}
>
<${ve} id="send-${e.id}" draft=${n} schemas=${l} label="Message to send" />
${t.receive.length?null:r`<${ko} endpoint=${t} />`}
<div class="composer-foot">
<button type="submit" class="button main" disabled=${!p} title="Ctrl+Enter">Send</button>
${u.length?r`<${z}
label="Send it broken"
icon="bolt"
text="Send it broken"
kind=""
disabled=${!p}
items=${u.map(h=>({label:h.label,run:()=>f(h.frame,h.label)}))}
/>`:null}
<label class="check"><input type="checkbox" checked=${s} onChange=${h=>o(h.currentTarget.checked)} />add an id</label>
</div>
<${xo} client=${e} sent=${i} />
</form>`}function ko({endpoint:e}){let t=e.send.find(s=>s.declared),n=`"receive": {"ask": ${JSON.stringify(t?{reply:t.name}:{})}}`;return r`<p class="quiet">
Any JSON object may be sent here. Messages that the manifest declares get a form: write${" "}
<code class="theirs">${d(n)}</code> under mdbgen.endpoints.${e.name}.
</p>`}function xo({client:e,sent:t}){let n=t?.id===void 0?null:So(e.id,t.id),s=n?.answer,o=O(null);M(()=>o.current?.scrollIntoView({block:"nearest"}),[t,s]);let i=t?.problem||s?.type==="error"?"bad":s?"good":"";return t?r`<div class="answer ${i}" role="status" ref=${o}>
<div class="answer-head">
<span class="theirs">${d(t.what)}${t.id===void 0?"":` #${t.id}`}</span>
${s?r`<span>→ <strong class="theirs">${d(s.type)}</strong> ${s.type==="error"?d(s.value?.code??""):""}</span>
<span class="quiet">${F(s.t-n.t)}</span>`:r`<span class="quiet">${t.problem||(n||t.id===void 0?"sent; nothing has answered it yet":"on its way")}</span>`}
</div>
${s?.type==="error"&&s.value?.code==="not_implemented"?r`<${Oo} />`:null}
${s?r`<${ye} key=${s.n} value=${s.value} label="The answer" />`:null}
</div>`:null}function Oo(){return r`<p class="quiet">
You have not written a handler for it yet. It goes into the package's handlers folder; if there is no package yet,${" "}
<code>mdbgen dev manifest.json -o app/ws/</code> makes one.
</p>`}function So(e,t){let n=v.of(e);for(let s=n.length-1;s>=0;s-=1)if(n[s].way==="out"&&n[s].id===t)return n[s];return null}function sn(e,t){let n=[];return on(e,t,"",n),n}function on(e,t,n,s){if(!(s.length>=200||Object.is(e,t))){if(nn(e)&&nn(t)&&Array.isArray(e)===Array.isArray(t)){let o=new Set([...Object.keys(e),...Object.keys(t)]);for(let i of o)Mo(e,t,i,n?`${n}.${i}`:i,s);return}s.push({path:n,kind:"changed",before:e,after:t})}}function Mo(e,t,n,s,o){o.length>=200||(Object.hasOwn(e,n)?Object.hasOwn(t,n)?on(e[n],t[n],s,o):o.push({path:s,kind:"removed",before:e[n]}):o.push({path:s,kind:"added",after:t[n]}))}function nn(e){return e!==null&&typeof e=="object"}var Co=[{id:"tree",label:"Tree"},{id:"wire",label:"Wire"},{id:"difference",label:"Difference"}],rn=2e4;function xe({frame:e,onClose:t}){let[n,s]=$("tree"),o=c.clients.get(e.client),i=Q(e,o?.endpoint??"",c.contract);return r`<section class="detail" aria-label="The frame">
<div class="detail-head">
<${Z} label="How to show it" tabs=${Co} chosen=${n} onChoose=${s} />
<span class="quiet cut">${j(e.t)} · ${C(e.bytes)}</span>
<${Pe} text=${()=>e.text??""} label="Copy the frame" />
<${x} icon="close" label="Close the frame" onClick=${t} />
</div>
${i.length?r`<ul class="mistakes" aria-label="How it breaks the contract">
${i.map((a,l)=>r`<li key=${l} class="theirs"><code>${d(a.path)}</code> ${a.message}</li>`)}
</ul>`:null}
<div class="detail-body">${To(n,e)}</div>
</section>`}function To(e,t){if(t.way==="event")return r`<${_o} frame=${t} />`;if(e==="wire")return r`<${an} frame=${t} />`;if(e==="difference")return r`<${Ao} frame=${t} />`;let n=t.value;return n===void 0?r`<${an} frame=${t} />`:r`<${ye} key=${t.n} value=${n} label="The frame as a tree" />`}function _o({frame:e}){let t=e.text??"";return r`<p class="theirs">${d(t)}</p><${Wt} text=${t} closes=${c.contract.closes} />`}function an({frame:e}){let t=e.text??"";if(e.binary)return r`<p class="quiet">Binary; its bytes are not kept.</p>`;let n=t.slice(0,rn);return r`<div class="wire"><${Y} text=${t} label="frame">${d(n)}<//>
${n.length<t.length?r`<p class="quiet">The first ${rn} characters; Copy has all of them.</p>`:null}
</div>`}function Ao({frame:e}){let t=ut(e);if(!t)return r`<p class="quiet">There is none of its type before it.</p>`;let n=sn(t.value,e.value);return n.length?r`<ul class="changes" aria-label="Since ${j(t.t)}">
${n.map(s=>r`<li key=${s.path} class="change ${s.kind}">
<code class="theirs">${d(s.path||"all of it")}</code>
${s.kind==="added"?null:r`<del class="mono theirs" title=${N(s.before)??""}>${q(s.before??null)}</del>`}
${s.kind==="removed"?null:r`<ins class="mono theirs" title=${N(s.after)??""}>${q(s.after??null)}</ins>`}
</li>`)}
</ul>`:r`<p class="quiet">Nothing has changed since ${j(t.t)}.</p>`}var W=26,ln=6,Eo={in:"↓",out:"↑",event:"·"},No={in:"received",out:"sent",event:"event"};function Oe({frames:e,label:t,id:n,chosen:s,onChoose:o,withClient:i=!1,empty:a="Nothing yet."}){let l=O(null),[u,p]=$(0),[f,m]=$(400),y=O(!0),h=O(e[0]?.n);M(()=>{let w=new ResizeObserver(()=>m(l.current?.clientHeight??400));return w.observe(l.current),()=>w.disconnect()},[]),pe(()=>{let w=l.current;if(y.current)w.scrollTop=w.scrollHeight;else if(h.current!==e[0]?.n){let S=e.length?jo(h.current,e[0].n,b.current):0;w.scrollTop=Math.max(0,w.scrollTop-S*W)}h.current=e[0]?.n,b.current=e});let b=O(e),E=w=>{let S=w.currentTarget;y.current=S.scrollTop+S.clientHeight>=S.scrollHeight-W,p(S.scrollTop)},R=()=>{y.current=!0,l.current.scrollTop=l.current.scrollHeight},B=Math.max(0,Math.min(Math.floor(u/W)-ln,e.length-1)),ot=Math.min(e.length,B+Math.ceil(f/W)+2*ln),ue=s===null?-1:e.findIndex(w=>w.n===s),Cn=w=>{if(!e.length)return;let S=Math.max(0,Math.min(e.length-1,w));o(e[S].n),Io(l.current,S),y.current=S===e.length-1},Tn=w=>{let S=Math.max(1,Math.floor(f/W)-1),de=ue<0?e.length:ue,rt={ArrowDown:de+1,ArrowUp:de-1,PageDown:de+S,PageUp:de-S,Home:0,End:e.length-1}[w.key];w.key==="Escape"&&s!==null?(w.preventDefault(),o(null)):rt!==void 0&&(w.preventDefault(),Cn(rt))};return r`<div class="frames">
<div
class="frames-box ${i?"with-client":""}"
ref=${l}
role="listbox"
tabindex="0"
aria-label=${t}
aria-activedescendant=${ue>=B&&ue<ot?`${n}-${s}`:void 0}
onScroll=${E}
onKeyDown=${Tn}
>
<div class="frames-room" role="presentation" style=${{height:`${e.length*W}px`}}>
${e.slice(B,ot).map((w,S)=>r`<${Lo}
key=${w.n}
id="${n}-${w.n}"
frame=${w}
before=${e[B+S-1]}
top=${(B+S)*W}
place=${B+S+1}
total=${e.length}
isChosen=${w.n===s}
onChoose=${o}
withClient=${i}
/>`)}
</div>
</div>
${e.length?null:r`<p class="frames-empty quiet">${a}</p>`}
${y.current||!e.length?null:r`<button type="button" class="button frames-follow" onClick=${R}><${k} name="down" />Newest</button>`}
</div>`}function jo(e,t,n){let s=n.findIndex(o=>o.n===t);return s>0&&n[0]?.n===e?s:0}function Io(e,t){let n=t*W;n<e.scrollTop&&(e.scrollTop=n);let s=n+W-e.clientHeight;s>e.scrollTop&&(e.scrollTop=s)}function Lo({id:e,frame:t,before:n,top:s,place:o,total:i,isChosen:a,onChoose:l,withClient:u}){let p=c.clients.get(t.client),f=yt(t.client),m=Q(t,p?.endpoint??"",c.contract),y=n?`+${F(t.t-n.t)}`:"";return r`<div
id=${e}
class="frame ${t.way} ${a?"chosen":""} ${X(f)} ${t.type==="error"?"wrong":""}"
role="option"
aria-selected=${String(a)}
aria-posinset=${o}
aria-setsize=${i}
style=${{top:`${s}px`}}
onClick=${()=>l(a?null:t.n)}
>
<span class="frame-time mono">${j(t.t)}</span>
<span class="frame-since mono">${y}</span>
${u?r`<span class="frame-who cut"><span class="dot" aria-hidden="true"></span>${d(f?.name??"")} <span class="quiet">${t.client}</span></span>`:null}
<span class="frame-way" aria-hidden="true">${Eo[t.way]}</span><span class="unseen">${No[t.way]}</span>
<span class="frame-text cut mono">${t.type?r`<b class="theirs">${d(t.type)}</b> `:null}<span class="theirs">${Ro(t)}</span></span>
<span class="frame-marks">
${m.length?r`<${T} kind="bad">breaks the contract<//>`:null}
${t.question?r`<${T}>#${d(t.replyTo)} · ${F(t.t-t.question.t)}<//>`:null}
${t.way==="out"&&t.id!==void 0?r`<${T}>#${d(t.id)}<//>`:null}
</span>
<span class="frame-size mono">${t.way==="event"?"":C(t.bytes)}</span>
</div>`}var qo=300;function Ro(e){if(e.binary)return`binary, ${D(e.bytes,"byte")}`;let t=d((e.text??"").slice(0,qo));return e.type?t.replace(/^\{\s*"type":\s*"(?:[^"\\]|\\.)*",?\s*/,"{"):t}function X(e){return`who-${(e?.colour??7)%8}`}var Bo={connecting:["","connecting"],open:["good","open"],refused:["bad","refused"],closed:["","closed"],waiting:["warn","comes back"]},Po={not_reading:"not reading",no_pong:"no pongs"};function cn({client:e}){let[t,n]=$(null),[s,o]=$(""),i=c.people.get(e.person),a=K(c.contract,e.endpoint),l=v.of(e.id),u=t===null?null:l.find(m=>m.n===t),p=d(i?.name??e.person),f=m=>{o(""),Promise.resolve(m()).catch(y=>o(y.message))};return r`<section class="panel card ${X(i)}" id="client-${e.id}" aria-label="${p} at ${e.endpoint}, ${e.id}">
<${Fo} client=${e} name=${p} endpoint=${a} attempt=${f} />
${s?r`<p class="panel-problem theirs" role="alert">${s}</p>`:null}
<${Ho} client=${e} />
<div class="panel-body">
${a&&e.status!=="refused"?r`<div class="panel-send"><${tn} client=${e} endpoint=${a} /></div>`:null}
<div class="panel-log">
<${Oe}
frames=${l}
label="Frames of ${p}, ${e.id}"
id="frames-${e.id}"
chosen=${t}
onChoose=${n}
/>
${u?r`<${xe} frame=${u} onClose=${()=>n(null)} />`:null}
</div>
</div>
</section>`}function Fo({client:e,name:t,endpoint:n,attempt:s}){let[o,i]=Bo[e.status]??["",e.status],a=e.status==="open",l=n&&!U(e)?Pt(n,e):[],u=[{label:"Reconnect",run:()=>s(()=>Nt(e))},{label:"Copy a token of its person",run:()=>s(async()=>Fe((await g("token",{person:e.person})).token))},{label:"Close",note:"1000",disabled:!a,run:()=>s(()=>At(e))}];return r`<header class="panel-head">
<span class="dot" aria-hidden="true"></span>
<h2 class="panel-name"><span class="theirs">${t}</span> <span class="quiet">${e.id}</span></h2>
<span class="panel-endpoint cut theirs" title=${e.endpoint}>${e.endpoint}</span>
<${T} kind=${o}>${i}<//>
<span class="panel-actions">
${l.length?r`<${z}
label="Break it"
icon="bolt"
disabled=${!a}
items=${l.map(p=>({...p,run:()=>s(()=>g("fault",{client:e.id,fault:p.fault}))}))}
/>`:null}
<${z} label="More for ${e.id}" items=${u} />
<${x} icon="close" label="Forget ${e.id}" onClick=${()=>s(()=>Et(e))} />
</span>
<p class="panel-how quiet">${Do(e)}</p>
</header>`}function Do(e){let t=U(e)?`as this browser, with its cookies for ${location.hostname}`:{none:"no credential",authorization:"Authorization: Bearer",subprotocol:"subprotocol bearer",ticket:"a ticket",query:"?token=",cookie:"cookie"}[e.carrier],n=(e.faults??[]).map(o=>Po[o]??o);return[t,e.origin?`Origin ${d(e.origin)}`:"",e.connected_at?`since ${j(e.connected_at).slice(0,8)}`:"",...n].filter(Boolean).join(" · ")}function Ho({client:e}){let t=e.status==="refused"||e.trail?.some(s=>s.outcome==="failed"),n=[e.close?r`<${Ht} client=${e} />`:null,t?r`<${Xe} trail=${e.trail} label="Why it was refused" />`:null,e.handshake&&e.status!=="open"?r`<${Dt} handshake=${e.handshake} />`:null].filter(Boolean);return!t&&e.status==="open"&&e.trail?.length?r`<details class="standing quiet-standing"><summary>Why it was let in</summary><${Xe} trail=${e.trail} label="Why it was let in" /></details>`:n.length?r`<div class="standing">${n}</div>`:null}var Wo=[["user","a user"],["anonymous","without a token"],["expired","with an expired token"],["wrong_key","with a token signed by another key"],["refresh_token","with a refresh token"],["other_audience","with a token for another audience"],["denied","a denied user"]];function un({people:e,onConnect:t,disabled:n}){return r`<ul class="people" aria-label="People">
${e.map(s=>r`<li key=${s.id} class="person ${X(s)}">
<button
type="button"
class="person-button"
disabled=${n}
onClick=${()=>t(s)}
aria-label="Connect ${d(s.name)}"
title=${d(s.note??"")}
>
<span class="dot" aria-hidden="true"></span>
<span class="person-name theirs">${d(s.name)}</span>
<span class="person-note cut">${Jo(s)}</span>
<${k} name="plus" />
</button>
</li>`)}
</ul>`}function Jo(e){let t=[...e.roles??[],...e.permissions??[]].map(o=>d(o)).join(", "),n=e.kind==="user"&&e.expires_in?`expires in ${e.expires_in} s`:"",s=d(e.note??e.user_id??"");return e.kind==="user"&&[n,t].filter(Boolean).join(" · ")||s}function dn(){let e=O(null),[t,n]=$(""),[s,o]=$("{}");return r`<button type="button" class="button" onClick=${()=>e.current.showModal()}><${k} name="plus" />New person</button>
<dialog ref=${e} class="dialog card" aria-labelledby="new-person">
<form onSubmit=${async a=>{a.preventDefault();let l=a.currentTarget;try{await g("person",Vo(new FormData(l),s)),l.reset(),o("{}"),n(""),e.current.close()}catch(u){n(u.message)}}}>
<div class="dialog-head">
<h2 id="new-person">New person</h2>
<${x} icon="close" label="Close" onClick=${()=>e.current.close()} />
</div>
<div class="dialog-fields">
<${te} name="name" label="Name" required=${!0} />
<label>Connects<select name="kind" class="input">${Wo.map(([a,l])=>r`<option key=${a} value=${a}>${l}</option>`)}</select></label>
<${te} name="user_id" label="User id" note="the name, if empty" />
<${te} name="email" label="E-mail" />
<${te} name="roles" label="Roles" note="with commas between" />
<${te} name="permissions" label="Permissions" note="with commas between" />
<${te} name="expires_in" label="Token expires in" note="seconds; an hour, if empty" mode="numeric" />
</div>
<p class="dialog-label">More claims</p>
<${ee} id="new-person-claims" label="More claims" text=${s} onText=${o} rows=${3} />
${t?r`<p class="field-wrong theirs" role="alert">${t}</p>`:null}
<div class="dialog-foot"><button type="submit" class="button main">Add</button></div>
</form>
</dialog>`}function te({name:e,label:t,note:n="",required:s=!1,mode:o="text"}){return r`<label><span>${t}${n?r` <span class="quiet">(${n})</span>`:null}</span>
<input class="input" type="text" name=${e} required=${s} inputmode=${o} autocomplete="off" spellcheck=${!1} />
</label>`}function Vo(e,t){let n=a=>String(e.get(a)??"").trim(),s=a=>n(a).split(",").map(l=>l.trim()).filter(Boolean),o=n("expires_in");if(o&&!/^\d+$/.test(o))throw new Error("The token expires in a whole number of seconds.");let i;try{i=JSON.parse(t||"{}")}catch{throw new Error("The claims are not JSON.")}return{name:n("name"),kind:n("kind"),user_id:n("user_id")||n("name"),email:n("email")||null,roles:s("roles"),permissions:s("permissions"),claims:i,expires_in:o?Number(o):null}}function fn(){J();let[e,t]=$(""),[n,s]=$({carrier:"",origin:"",headers:"",query:""}),[o,i]=$(""),a=c.contract.endpoints,l=K(c.contract,e)??a[0],u=[...c.clients.values()],p=async f=>{i("");try{let m=await Ue(f.id,l.name,Xo(n));setTimeout(()=>document.getElementById(`client-${m}`)?.scrollIntoView({block:"nearest",inline:"nearest"}),150)}catch(m){i(m.message)}};return r`<div class="clients">
<aside class="clients-side" aria-label="Connect">
<h2 class="side-title">Connect to</h2>
<select class="input" aria-label="Endpoint" value=${l.name} onChange=${f=>t(f.currentTarget.value)}>
${a.map(f=>r`<option key=${f.name} value=${f.name}>${f.name}</option>`)}
</select>
<p class="side-path mono quiet theirs">${l.path}</p>
<h2 class="side-title">as</h2>
<${un} people=${[...c.people.values()]} onConnect=${p} disabled=${c.link!=="open"} />
${o?r`<p class="field-wrong theirs" role="alert">${o}</p>`:null}
<div class="side-foot"><${dn} /></div>
<${zo} options=${n} setOptions=${s} />
<details class="side-details"><summary>Who may connect</summary><${ze} endpoint=${l} /></details>
</aside>
<div class="deck" role="group" aria-label="Clients">
${u.length?u.map(f=>r`<${cn} key=${f.id} client=${f} />`):r`<${Uo} />`}
</div>
</div>`}function Uo(){return r`<div class="welcome">
<h2>Nobody is connected yet</h2>
<p class="quiet">
Choose a person: each click connects one more client, beside the others. Those with a bad token, or none,
show why they are refused.
</p>
</div>`}function zo({options:e,setOptions:t}){let n=s=>o=>t({...e,[s]:o.currentTarget.value});return r`<details class="side-details">
<summary>How it connects</summary>
<div class="options">
<label>Shows its token<select class="input" value=${e.carrier} onChange=${n("carrier")}>
${Tt.map(([s,o])=>r`<option key=${s} value=${s}>${o}</option>`)}
</select></label>
<label>Origin<input class="input" type="text" value=${e.origin} placeholder="none" onInput=${n("origin")} autocomplete="off" /></label>
<label>Headers<textarea class="input" rows="2" value=${e.headers} placeholder="Name: value" onInput=${n("headers")}></textarea></label>
<label>Query<textarea class="input" rows="2" value=${e.query} placeholder="since=12" onInput=${n("query")}></textarea></label>
</div>
</details>`}function Xo({carrier:e,origin:t,headers:n,query:s}){return{carrier:e,origin:t.trim(),headers:pn(n,":"),query:pn(s,"=")}}function pn(e,t){return e.split(`
`).map(s=>s.trim()).filter(Boolean).map(s=>{let o=s.indexOf(t);return o<0?[s,""]:[s.slice(0,o).trim(),s.slice(o+1).trim()]})}var Qe={person:"",endpoint:"",type:"",way:"",text:"",broken:!1};function mn(e,t){if(Object.values(t).every(s=>!s))return e;let n=t.text.toLowerCase();return e.filter(s=>{let o=c.clients.get(s.client);return(!t.person||o?.person===t.person)&&(!t.endpoint||o?.endpoint===t.endpoint)&&(!t.type||s.type===t.type)&&(!t.way||s.way===t.way)&&(!n||(s.text??"").toLowerCase().includes(n))&&(!t.broken||Q(s,o?.endpoint??"",c.contract).length>0)})}function $n(e){let t=new Map;for(let{type:n}of e)n&&t.set(n,(t.get(n)??0)+1);return[...t].sort((n,s)=>s[1]-n[1]).map(([n])=>n)}function hn(e){return e.map(n=>{let s=c.clients.get(n.client);return JSON.stringify({t:n.t,client:n.client,person:c.people.get(s?.person)?.name??null,endpoint:s?.endpoint??null,way:n.way,text:n.text,bytes:n.bytes,binary:n.binary})}).map(n=>`${n}
`).join("")}function bn(e){let t=e.split(`
`).filter(n=>n.trim()).map((n,s)=>Go(n,s+1)).filter(n=>n.way==="out"&&typeof n.text=="string");return t.map((n,s)=>({after_ms:s?Math.max(0,n.t-t[s-1].t):0,text:n.text}))}function Go(e,t){try{let n=JSON.parse(e);if(n!==null&&typeof n=="object")return n}catch{}throw new Error(`Line ${t} of the file is no JSON object.`)}function yn(){J();let[e,t]=$(Qe),[n,s]=$(null),[o,i]=$(null),a=n??v.all,l=fe(()=>mn(a,e),[n??v.version,e,c.contract]),u=o===null?null:l.find(m=>m.n===o),p=n?v.version-n.version:0;return r`<div class="log">
<div class="toolbar" role="toolbar" aria-label="Log">
<${x} icon=${n?"play":"pause"} label=${n?"Go on":"Pause"} pressed=${!!n} onClick=${()=>{let m=Object.assign([...v.all],{version:v.version});s(n?null:m)}} kind="" />
<${Ko} filter=${e} setFilter=${t} frames=${a} />
<span class="toolbar-end">
<${x} icon="trash" label="Clear" onClick=${()=>g("clear")} kind="" />
<${Yo} frames=${l} />
<${Zo} />
</span>
</div>
<p class="log-count quiet" role="status">
${D(l.length,"frame")}${l.length===a.length?"":` of ${_(a.length)}`}
${v.dropped?r` · ${_(v.dropped)} older ones were dropped`:""}
${p?r` · <strong>paused</strong>, more have come`:n?r` · <strong>paused</strong>`:""}
</p>
<div class="log-body ${u?"with-detail":""}">
<${Oe} frames=${l} label="Frames of all clients" id="log" chosen=${o} onChoose=${i} withClient=${!0}
empty=${a.length?"No frame is like this.":"Nothing yet: connect somebody."} />
${u?r`<${xe} frame=${u} onClose=${()=>i(null)} />`:null}
</div>
</div>`}function Ko({filter:e,setFilter:t,frames:n}){let s=a=>l=>t({...e,[a]:l.currentTarget.value}),o=$n(n),i=Object.values(e).some(Boolean);return r`<span class="search"><${k} name="search" /><input class="input" type="search" placeholder="Search" aria-label="Search" value=${e.text} onInput=${s("text")} /></span>
<${Se} label="Person" none="everybody" value=${e.person} onChange=${s("person")}
choices=${[...c.people.values()].map(a=>[a.id,d(a.name)])} />
<${Se} label="Endpoint" none="every endpoint" value=${e.endpoint} onChange=${s("endpoint")}
choices=${c.contract.endpoints.map(a=>[a.name,a.name])} />
<${Se} label="Type" none="every type" value=${e.type} onChange=${s("type")}
choices=${o.map(a=>[a,d(a)])} />
<${Se} label="Direction" none="both ways" value=${e.way} onChange=${s("way")}
choices=${[["in","received"],["out","sent"],["event","events"]]} />
<button type="button" class="button" aria-pressed=${String(e.broken)} onClick=${()=>t({...e,broken:!e.broken})} title="Only frames that break the contract">Broken</button>
${i?r`<button type="button" class="button plain" onClick=${()=>t(Qe)}>Show all</button>`:null}`}function Se({label:e,none:t,value:n,onChange:s,choices:o}){return r`<select class="input" aria-label=${e} value=${n} onChange=${s}>
<option value="">${t}</option>
${o.map(([i,a])=>r`<option key=${i} value=${i}>${a}</option>`)}
</select>`}function Yo({frames:e}){let t=()=>{let n=URL.createObjectURL(new Blob([hn(e)],{type:"application/jsonl"}));Object.assign(document.createElement("a"),{href:n,download:`${c.contract.slug}.jsonl`}).click(),setTimeout(()=>URL.revokeObjectURL(n),1e3)};return r`<button type="button" class="button" disabled=${!e.length} onClick=${t}><${k} name="down" />Export</button>`}function Zo(){let e=O(null),t=O(null),[n,s]=$(""),[o,i]=$(""),a=[...c.clients.values()].filter(p=>p.status==="open"&&!p.id.startsWith("b")),l=a.find(p=>p.id===n)??a[0];return r`<button type="button" class="button" onClick=${()=>t.current.showModal()}><${k} name="up" />Replay</button>
<dialog ref=${t} class="dialog card" aria-labelledby="replay-title">
<form onSubmit=${async p=>{p.preventDefault();try{let f=bn(await e.current.files[0].text());if(!f.length)throw new Error("The file holds no frame that was sent.");await g("replay",{client:l.id,lines:f}),i(`${D(f.length,"frame")} of it ${f.length===1?"is":"are"} being sent.`)}catch(f){i(f.message)}}}>
<div class="dialog-head">
<h2 id="replay-title">Replay a file</h2>
<${x} icon="close" label="Close" onClick=${()=>t.current.close()} />
</div>
<p class="quiet">Sends what an exported file says was sent, with the same pauses.</p>
<div class="dialog-fields">
<label>File<input ref=${e} class="input" type="file" accept=".jsonl,.ndjson,.txt" required /></label>
<label>As<select class="input" value=${l?.id??""} onChange=${p=>s(p.currentTarget.value)}>
${a.map(p=>r`<option key=${p.id} value=${p.id}>${d(c.people.get(p.person)?.name??"")} (${p.id})</option>`)}
</select></label>
</div>
<p role="status" class="theirs">${o}${a.length?"":"Nobody is connected."}</p>
<div class="dialog-foot"><button type="submit" class="button main" disabled=${!a.length}>Replay</button></div>
</form>
</dialog>`}function gn(){let{endpoints:e,schemas:t}=c.contract,[n,s]=$(""),[o,i]=$(null),a=e.filter(f=>!n||f.name===n),l=Qo(a.flatMap(f=>f.send)),u=we(l,{type:"announcement",text:"Hello."});return r`<form class="broadcast" onSubmit=${async f=>{f.preventDefault();let m=new FormData(f.currentTarget),y=h=>{let b=String(m.get(h)??"");return b?{[h]:b}:{}};try{if(!u.value)throw new Error("The message is no JSON object.");let h={message:u.value,...y("user_id"),...y("channel"),...n?{endpoint:n}:{}},{count:b}=await g("broadcast",h);i({kind:"good",text:`Queued for ${D(b,"client")}.`})}catch(h){i({kind:"bad",text:h.message})}}} aria-label="Broadcast">
<div class="targets">
<label>Endpoint<select class="input" value=${n} onChange=${f=>s(f.currentTarget.value)}>
<option value="">all that send it</option>
${e.map(f=>r`<option key=${f.name} value=${f.name}>${f.name}</option>`)}
</select></label>
<label>User<input class="input" name="user_id" list="known-users" placeholder="everybody" autocomplete="off" /></label>
<label>Channel<input class="input" name="channel" list="known-channels" placeholder="all" autocomplete="off" /></label>
<datalist id="known-users">${(c.view?.users??[]).map(f=>r`<option key=${f.user_id} value=${f.user_id}></option>`)}</datalist>
<datalist id="known-channels">${(c.view?.channels??[]).map(f=>r`<option key=${f.channel} value=${f.channel}></option>`)}</datalist>
</div>
<${ve} id="broadcast" draft=${u} schemas=${t} label="Message to broadcast" />
<div class="composer-foot">
<button type="submit" class="button main" disabled=${c.link!=="open"}>Broadcast</button>
<span role="status" class="outcome ${o?.kind??""} theirs">${o?d(o.text):""}</span>
</div>
</form>`}function Qo(e){return[...new Map(e.map(t=>[t.key,t])).values()]}var Me=240,ce=44;function wn({label:e,values:t,say:n,slots:s}){let o=t.at(-1)??0,i=Math.max(...t,0),a=i>0?(ce-6)/i:0,l=Me/(s-1),u=Me-(t.length-1)*l,p=t.map((m,y)=>`${(u+y*l).toFixed(1)},${(ce-2-m*a).toFixed(1)}`),f=`${e}: ${n(o)} now, at most ${n(i)} in the last minutes`;return r`<figure class="plot card">
<figcaption><span class="plot-label">${e}</span><span class="plot-now">${n(o)}</span></figcaption>
<svg viewBox="0 0 ${Me} ${ce}" preserveAspectRatio="none" role="img" aria-label=${f}>
${p.length>1?r`<polygon class="plot-area" points="${u.toFixed(1)},${ce} ${p.join(" ")} ${Me},${ce}" />
<polyline class="plot-line" points=${p.join(" ")} />`:null}
</svg>
<p class="plot-most quiet" aria-hidden="true">at most ${n(i)}</p>
</figure>`}var et=200,er=300;function vn({connections:e}){let[t,n]=$(""),s=o=>{n(""),o.catch(i=>n(i.message))};return e.length?r`${t?r`<p class="field-wrong theirs" role="alert">${t}</p>`:null}
<div class="table-frame" tabindex="0" role="region" aria-label="Connections"><table class="table">
<thead><tr><th>User</th><th>Endpoint</th><th>Since</th><th>Channels</th><th>Outbox</th><th>Last heard</th><th><span class="unseen">Actions</span></th></tr></thead>
<tbody>
${e.slice(0,et).map(o=>r`<${tr} key=${o.id} connection=${o} attempt=${s} />`)}
</tbody>
</table></div>
${e.length>et?r`<p class="quiet">${_(e.length-et)} more are not shown.</p>`:null}`:r`<p class="quiet">Nobody is connected.</p>`}function tr({connection:e,attempt:t}){let n=e.client?c.people.get(c.clients.get(e.client)?.person):null,o=c.contract.endpoints.find(i=>i.name===e.endpoint)?.limits.outbox_bytes??1;return r`<tr class=${X(n)}>
<td><span class="cell-who"><span class="dot" aria-hidden="true"></span><span class="theirs cut">${e.user_id===null?r`<span class="quiet">anonymous</span>`:d(e.user_id)}</span>
${e.client?r` <span class="quiet">${e.client}</span>`:null}</span></td>
<td class="theirs">${e.endpoint}</td>
<td>${nr(e.connected_at)}</td>
<td><${or} connection=${e} attempt=${t} /></td>
<td><${rr} value=${e.outbox_bytes} limit=${o} label="Outbox" /></td>
<td>${F(e.idle_s*1e3)} ago</td>
<td><${z} label="Do something with ${e.id}" items=${sr(e,t)} /></td>
</tr>`}function nr(e){let t=typeof e=="number"?e:Date.parse(e);return Number.isFinite(t)?j(t).slice(0,8):""}function sr(e,t){let{id:n}=e;return c.contract.closes.filter(s=>s.code!==1e3||!s.reason).map(s=>({label:`Drop: ${s.code}${s.reason?` ${s.reason}`:""}`,note:`${s.meaning}; a client does: ${s.client}`,run:()=>t(g("drop",{connection:n,code:s.code,reason:s.reason??""}))}))}function or({connection:e,attempt:t}){let{id:n,channels:s}=e;return r`<form class="channels" onSubmit=${i=>{i.preventDefault();let a=i.currentTarget.elements.channel;a.value&&t(g("join",{connection:n,channel:a.value})),a.value=""}}>
${s.map(i=>r`<button type="button" class="badge channel" key=${i} title="Leave" aria-label="Leave ${d(i)}"
onClick=${()=>t(g("leave",{connection:n,channel:i}))}><span class="cut theirs">${d(i)}</span> ×</button>`)}
<input class="input" name="channel" placeholder="join" aria-label="Channel to join" autocomplete="off" size="6" />
</form>`}function rr({value:e,limit:t,label:n}){return r`<span class="gauge"><meter min="0" max=${t} value=${e} high=${t*.5} aria-label="${n}: ${C(e)} of ${C(t)}"></meter>
<span>${C(e)}</span></span>`}function tt({rows:e,name:t,none:n}){return e.length?r`<ul class="counts">
${e.slice(0,100).map((s,o)=>r`<li key=${o}><span class="theirs cut">${s[t]===null?"anonymous":d(s[t])}</span><span class="quiet">${_(s.connections)}</span></li>`)}
</ul>`:r`<p class="quiet">${n}</p>`}function kn(){let e=c.records.slice(-er).reverse();return e.length?r`<ol class="records" tabindex="0" aria-label="Log lines, the newest first">
${e.map(t=>r`<li key="${t.t} ${t.text}" class="record ${String(t.level).toLowerCase()}">
<span class="mono quiet">${j(t.t)}</span>
<span class="record-level">${d(t.level)}</span>
<span class="record-text mono theirs">${d(t.text)}
${t.traceback?r`<details open><summary>traceback</summary><pre class="theirs" tabindex="0" role="region" aria-label="Traceback">${t.traceback}</pre></details>`:null}
</span>
</li>`)}
</ol>`:r`<p class="quiet">Nothing yet.</p>`}var ir=60,ar=300,lr=[["Frames in","frames_in",e=>`${xn(e)} a second`],["Frames out","frames_out",e=>`${xn(e)} a second`],["Replies","reply_ms",e=>F(e)],["Waiting in outboxes","outbox_bytes",e=>C(Math.round(e))]];function On(){J();let e=c.view,t=c.samples.slice(-ar),n=Math.max(ir,t.length);return e?r`<div class="server">
<div class="plots">
${lr.map(([s,o,i])=>r`<${wn} key=${o} label=${s} values=${t.map(a=>a[o]??0)} say=${i} slots=${n} />`)}
</div>
<div class="server-columns">
<div class="server-main">
<${G} title="Connections" count=${e.connections.length}><${vn} connections=${e.connections} /><//>
<${G} title="Log of the package"><${kn} /><//>
</div>
<div class="server-side">
<${G} title="Broadcast"><${gn} /><//>
<${G} title="Users" count=${e.users.length}><${tt} rows=${e.users} name="user_id" none="No user is connected." /><//>
<${G} title="Channels" count=${e.channels.length}><${tt} rows=${e.channels} name="channel" none="No channel is joined." /><//>
<${cr} stats=${e.stats??{}} />
<button type="button" class="button" onClick=${()=>g("restart").catch(()=>{})}><${k} name="restart" />Restart the server</button>
</div>
</div>
</div>`:r`<div class="server"><p class="quiet">The server has not said anything yet.</p></div>`}function G({title:e,count:t=void 0,children:n}){return r`<section class="part card">
<h2 class="part-title">${e}${t===void 0?null:r` <span class="quiet">${_(t)}</span>`}</h2>
${n}
</section>`}function cr({stats:e}){let{backplane:t,...n}=e;return r`${t?r`<${G} title="Backplane"><${nt} facts=${t} /><//>`:null}
<${G} title="Statistics"><${nt} facts=${n} /><//>`}function nt({facts:e,depth:t=0}){let n=Object.entries(e);return r`<dl class="stats">
${n.map(([s,o])=>r`<div key=${s}><dt class="theirs">${d(s).replaceAll("_"," ")}</dt>
<dd class="theirs">${o!==null&&typeof o=="object"&&!Sn(o)?t<3?r`<${nt} facts=${o} depth=${t+1} />`:"…":ur(o)}</dd></div>`)}
</dl>`}function Sn(e){return e!==null&&typeof e=="object"&&!Object.keys(e).length}function ur(e){return Sn(e)?"none":e===!0?"yes":e===!1?"no":e===null?"–":typeof e=="number"?e.toLocaleString("en",{maximumFractionDigits:1}):d(e)}function xn(e){return e.toLocaleString("en",{maximumFractionDigits:e<10?1:0})}var st=[{id:"clients",label:"Clients",draw:fn,count:()=>c.clients.size},{id:"log",label:"Log",draw:yn,count:()=>v.all.length},{id:"server",label:"Server",draw:On,count:()=>c.view?.connections.length??0},{id:"contract",label:"Contract",draw:mr,count:()=>0}];function Mn(){let e=location.hash.slice(1);return st.find(t=>t.id===e)?.id??"clients"}function dr(){J();let[e,t]=$(Mn());M(()=>{let s=()=>t(Mn());return addEventListener("hashchange",s),()=>removeEventListener("hashchange",s)},[]),M(()=>{c.contract&&(document.title=`${c.contract.slug} · mdbgen dev`)},[c.contract]),M(()=>{scrollTo(0,0),document.querySelector("main").scrollTo(0,0)},[e]);let n=st.find(s=>s.id===e);return r`<div class="shell">
<header class="shell-head">
<h1 class="brand"><span class="brand-name theirs cut">${c.contract?.slug??"mdbgen dev"}</span></h1>
<nav class="shell-nav" aria-label="Views">
${st.map(s=>r`<a key=${s.id} href="#${s.id}" class="nav-link" aria-current=${s.id===e?"page":void 0}>
<${k} name=${s.id} /><span>${s.label}</span>
${s.count()?r`<span class="nav-count">${_(s.count())}</span>`:null}
</a>`)}
</nav>
<${fr} />
</header>
<main class="shell-main">
<${kt} />
${c.contract?r`<${n.draw} />`:r`<p class="waiting quiet" role="status">${c.link==="lost"?"":"Connecting to mdbgen dev…"}</p>`}
</main>
</div>`}var pr={up:"good",starting:"warn",restarting:"warn",down:"bad"};function fr(){let{app:e}=c;return r`<div class="shell-foot">
${e?r`<p class="app-status ${pr[e.status]??""}" role="status">
<span class="dot" aria-hidden="true"></span>
<span class="cut"><span class="unseen">The app is </span>${e.status} <span class="app-url quiet">${e.url.replace("http://","")}</span></span>
</p>`:null}
<span class="foot-buttons">
<${x} icon="restart" label="Restart the server" disabled=${c.link!=="open"} onClick=${()=>g("restart").catch(()=>{})} />
<${vt} />
</span>
<p class="foot-note quiet">For development, on this machine alone. ${c.version?`mdbgen ${c.version}`:""}</p>
</div>`}function mr(){let e=c.app?.url?.replace(/^http/,"ws").replace(/\/$/,"")??"";return r`<div class="contract-part"><${$r} warnings=${c.contract.warnings} /><${Rt} contract=${c.contract} base=${e} /></div>`}function $r({warnings:e}){return e.length?r`<ul class="warnings card" aria-label="Warnings">
${e.map((t,n)=>r`<li key=${n} class="theirs"><${T} kind="warn">${t.code}<//> ${d(t.path)}: ${d(t.message)}</li>`)}
</ul>`:null}Be();it(r`<${dr} />`,document.getElementById("app"));})();
