import { describe, expect, test } from "vitest";
import { parse } from "../../src/parser/index.ts";
import { shape } from "./shape.ts";

// Source and its tree in the notation of shape.ts: parts of a word joined with `·`, a quoted literal in JSON, structure in parentheses.
const TABLE: readonly (readonly [string, string])[] = [
  ["echo hi  there", "echo hi there"],
  ["echo a#b # comment", "echo a#b"],
  ["# only a comment", ""],
  ["echo a\\\nb c\\ d", "echo ab c·escape' '·d"],
  ["a=1 b+=2 cmd x=3", "a=1 b+=2 cmd x=3"],
  ["a=", "a="],
  ["a= cmd", "a= cmd"],
  [
    'x[0]=pear x[k][1]+=z m["a b"]=1 n[i + 1]=2',
    'x[0 = 0]=pear x[k = k][1 = 1]+=z m[""a b"" = <""a b"">]=1 n["i + 1" = (+ i 1)]=2',
  ],
  [
    "echo 'it'\\''s' \"a $x b\" $'t\\tn\\x41\\u00e9\\'' $\"loc\"",
    "echo 'it'·escape'''·'s' \"\"a \"·$x·\" b\"\" ansi't\tnAé'' \"loc\"",
  ],
  ['echo "q \\" \\$ \\` \\\\ \\n ${x} $(y)" "a\\\nb"', 'echo ""q \\" $ ` \\\\ \\\\n "·${x}·" "·$(y)" "ab"'],
  ["echo $a $1 ${10} $? $# $@ $* $$ $! $- $_ a$ $", "echo $a $1 ${10} $? $# $@ $* $$ $! $- $_ a$ $"],
  [
    "echo ${x} ${#x} ${#} ${##} ${#xs[@]} ${!x} ${!x@} ${!x*} ${!xs[@]} ${#user}",
    "echo ${x} ${#x} ${#} ${##} ${#xs[@]} ${!x} ${!x names@} ${!x names*} ${!xs[@]} ${#user}",
  ],
  [
    'echo ${v:-d} ${v-d} ${v:=d} ${v:?no v} ${v:+alt} ${v:-"a b"} ${v:-} ${v:-~/x}',
    'echo ${v :- d} ${v - d} ${v := d} ${v :? "no v"} ${v :+ alt} ${v :- ""a b""} ${v :- } ${v :- (tilde )·/x}',
  ],
  [
    "echo ${v#p} ${v##*/} ${v%.*} ${v%%p} ${v/a/b} ${v//a/$b} ${v/#a/b} ${v/%a} ${v//\\//-}",
    "echo ${v # p} ${v ## */} ${v % .*} ${v %% p} ${v / a with b} ${v // a with $b} ${v /# a with b} ${v /% a with } ${v // escape'/' with -}",
  ],
  [
    "echo ${v:1} ${v:1:2} ${v: -1} ${v:a?b:c:n+1} ${@:2}",
    "echo ${v slice 1} ${v slice 1 2} ${v slice (- 1)} ${v slice (? a b c) (+ n 1)} ${@ slice 2}",
  ],
  ["echo ${v^} ${v^^} ${v,} ${v,,[a-z]} ${v@Q}", "echo ${v ^} ${v ^^} ${v ,} ${v ,, [a-z]} ${v @Q}"],
  [
    'echo "${v:-\'q\'}" "${v#\'q\'}" "${v:-"in"}" "${v:-\\}}"',
    'echo "${v :- "\'q\'"}" "${v # \'q\'}" "${v :- "in"}" "${v :- escape\'}\'}"',
  ],
  [
    'echo ${xs[0]} ${xs[-1]} ${xs[0:2]} ${xs[:n]} ${user[name]} ${user[$k]} ${user[tags][0]} ${m[a.b]} ${m["x y"]} ${xs[@]:1:2}',
    'echo ${xs[0 = 0]} ${xs[-1 = (- 1)]} ${xs[0:2]} ${xs[:n]} ${user[name = name]} ${user[$k = <$k>]} ${user[tags = tags][0 = 0]} ${m[a.b]} ${m[""x y"" = <""x y"">]} ${xs[@] slice 1 2}',
  ],
  ["cat ~ ~amy/x a~b x=~ ; p=~/x:~/y", "cat (tilde ) (tilde amy)·/x a~b x=~ ; p=(tilde )·/x:·(tilde )·/y"],
  ["ls *.txt [a-z]? **/x @(a|$b|'c') !(x) x+(a|b)y", 'ls *.txt [a-z]? **/x "@(a|"·$b·"|"·\'c\'·")" "!(x)" "x+(a|b)y"'],
  [
    'echo {a,b} x{a,"b c",{d,e}}y {1..3} {01..10..3} {a..e} {} {a} {a,b x{,y} {$a..3}',
    'echo (brace a,b) x·(brace a,""b c"",(brace d,e))·y (range 1 3) (range 01 10 3) (range a e) {} {a} {a,b x·(brace ,y) {·$a·..3}',
  ],
  ['f ...$xs "${xs[@]}" ..."$y" ...', 'f ...$xs "${xs[@]}" ..."$y" ...'],
  ['xs=[apple "green apple" $n] ys=(a b c) e=[] f=()', 'xs=[apple ""green apple"" $n] ys=(a b c) e=[] f=()'],
  ["xs=[a, b,\n c # note\n [d e] {k: v}]", "xs=[a b c [d e] {k: v}]"],
  [
    'user={name: amy, "full name": "Amy T", tags: [dev ops], url: http://x:1/y} r={} q={$k: $v, ...$rest}',
    'user={name: amy, ""full name"": ""Amy T"", tags: [dev ops], url: http://x:1/y} r={} q={$k: $v, ...$rest}',
  ],
  ['j={"a":1,"b":[1,2]} all=[...$xs date ...[a]]', 'j={"a": 1, "b": [1 2]} all=[...$xs date ...[a]]'],
  [
    "declare -A m=([a]=1 [b c]=2) ; local -a xs=(1 $x {1..3} *.txt) y=[a] z ; export P=$P:/b ; command local q=[a]",
    'declare -A <m=([a]=1 ["b c"]=2)> ; local -a <xs=(1 $x (range 1 3) *.txt)> <y=[a]> z ; export <P=$P·:/b> ; command local <q=[a]>',
  ],
  ["echo x=[a] [ x ] y={a: b}", "echo x=[a] [ x ] y={a: b}"],
  ["a | b |& c", "a | b |& c"],
  ["a && b || c & d; e", "a && b || c & ; d ; e"],
  ["! a | b && time -p c", "! a | b && time-p c"],
  ["! ! a", "a"],
  ["{ a; b; } >f 2>&1", "(group a ; b) >f 2>&1"],
  ["(a; b) | (c)", "(subshell a ; b) | (subshell c)"],
  ["if a; then b; elif c; then d; else e; fi", "(if a ? b : c ? d : e)"],
  ["while a; do b; done <f", "(while a do b) <f"],
  ["until a\ndo\nb\ndone", "(until a do b)"],
  ['for x in a "b c" {1..3} *.t; do echo $x; done', '(for x in a ""b c"" (range 1 3) *.t do echo $x)'],
  ["for x; do a; done; for y do b; done", "(for x do a) ; (for y do b)"],
  ["for x\nin a\ndo\nb\ndone", "(for x in a do b)"],
  ["for x in; do a; done", "(for x in  do a)"],
  ["for ((i=0;i<3;i++)); do a; done; for ((;;)); do b; done", "(for (= i 0); (< i 3); (++post i) do a) ; (for ; ;  do b)"],
  ["for x in a; { b; }", "(for x in a do b)"],
  ["select x in a b; do c; done", "(select x in a b do c)"],
  ['case $x in (a|b*) c;; "d") ;& e) f;;& *) g; esac', '(case $x a|b*) c ;; "d")  ;& e) f ;;& *) g ;;)'],
  ["case x in\n  a) b ;;\n\n  # note\n  c) d\n  ;;\nesac", "(case x a) b ;; c) d ;;)"],
  ["case if in if) echo then;; esac", "(case if if) echo then ;;)"],
  ["f() { a; }", "(function f (group a))"],
  ["function g { a; } >x", "(function g (group a) >x)"],
  ["function h() ( a )", "(function h (subshell a))"],
  [
    "## Says hello.\n## @param name who\nfunction greet(name: string, times: int = 1, xs: list = [a b], ...more: string) { a; }",
    '(function greet[name:string,times:int=1,xs:list=[a b],...more:string] ##["Says hello.","@param name who"] (group a))',
  ],
  ["## not this\n\nf() { a; }", "(function f (group a))"],
  ["[[ -f x && ! ( $a == b* || $n -lt 3 ) ]]", "(cond (and (-f x) (! [(or (== $a b*) (-lt $n 3))])))"],
  ["[[ $x =~ ^(a|b c)[[:space:]]+$ ]] && [[ a < b ]]", '(cond (=~ $x "^(a|b c)[[:space:]]+$")) && (cond (< a b))'],
  ["[[ $x in [a b] || $k not in $m || -list $x ]]", "(cond (or (or (in $x [a b]) (not in $k $m)) (-list $x)))"],
  ["[[ $x ]]; [[ in = in ]]; [[ -z in ]]", "(cond $x) ; (cond (== in in)) ; (cond (-z in))"],
  [
    "((a = 1 + 2 * 3, b++)) ; (( x[i] += y ? 1 : 2 ))",
    "(arith (, (= a (+ 1 (* 2 3))) (++post b))) ; (arith (+= x[i = i] (? y 1 2)))",
  ],
  [
    "echo $((1+2**3**2)) $(( -x + !y - ~z )) $((a<<2|b&c)) $(( (1+2)*3 )) $(())",
    "echo $(((+ 1 (** 2 (** 3 2))))) $(((- (+ (- x) (! y)) (~ z)))) $(((| (<< a 2) (& b c)))) $(((* (+ 1 2) 3))) $((()))",
  ],
  [
    "echo $((x=y=3)) $((a?b:c?d:e)) $((++i - i--)) $((0x1f + 2#101 + 1.5)) $((10#$x)) $((a$i)) $(( $a $op $b )) $((--3))",
    'echo $(((= x (= y 3)))) $(((? a b (? c d e)))) $(((- (++pre i) (--post i)))) $(((+ (+ 0x1f 2#101) 1.5))) $((<10#·$x>)) $((<a·$i>)) $((<" "·$a·" "·$op·" "·$b·" ">)) $(((- (- 3))))',
  ],
  ['echo $(a; b $(c)) `d \\`e\\` \\$f` "`g \\"h\\"`"', 'echo $(a ; b $(c)) `(d `(e) $f) "`(g "h")"'],
  ["diff <(a) >(b)", "diff <(a) >(b)"],
  ["echo $( (a); (b) ) $((a); (b))", "echo $((subshell a) ; (subshell b)) $((subshell a) ; (subshell b))"],
  ["((a); (b))", "(subshell (subshell a) ; (subshell b))"],
  ["cat <<EOF\na $x\n\\$y `z`\nEOF\nb", 'cat <<EOF(""a "·$x·"\\n$y "·`(z)·"\\n"") ; b'],
  ["cat <<'A' <<-B | c\nraw $x\nA\n\ttab $y\n\tB\nd", 'cat <<\'A("raw $x\\n") <<-B(""tab "·$y·"\\n"") | c ; d'],
  ["cat <<E && echo $(cat <<F\ninner\nF\n)\nouter\nE", 'cat <<E(""outer\\n"") && echo $(cat <<F(""inner\\n""))'],
  ["cat <<E\nE", "cat <<E()"],
  [
    'a >f <g >>h 2>e 2>>e &>i &>>j 2>&1 <&3 3>&- >|k <>l <<<"m" {fd}>n',
    'a >f <g >>h 2>e 2>>e &>i &>>j 2>&1 <&3 3>&- >|k <>l <<<"m" {fd}>n',
  ],
  [">f", " >f"],
  ["if then=1 true; then echo if then fi; fi", "(if then=1 true ? echo if then fi)"],
  ["echo } { ] [[ !", "echo } { ] [[ !"],
  ["time a", "time a"],
  ["trap 'x' EXIT; set -- a; . ./f", "trap 'x' EXIT ; set -- a ; . ./f"],
];

describe("parse", () => {
  test.each(TABLE)("%s", (source, expected) => {
    const { program, diagnostics, incomplete } = parse(source);
    expect(diagnostics).toEqual([]);
    expect(incomplete).toBe(false);
    expect(program && shape(program)).toBe(expected);
  });
});
