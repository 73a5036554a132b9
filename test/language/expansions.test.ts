import { table } from "./harness.ts";

table("defaults", [
  ["echo ${x:-d} ${x-d}", "d d\n", 0],
  ['x=; echo ${x:-d} "[${x-d}]"', "d []\n", 0],
  ['x=v; echo ${x:-d} ${x:+alt} "[${y:+alt}]" "[${y+alt}]"', "v alt [] []\n", 0],
  ["echo ${x:=5} $x", "5 5\n", 0],
  [': ${x:=a b}; echo "$x"', "a b\n", 0],
  ["echo ${x:?gone}; echo after", "", 127],
  ['(echo ${x:?gone}); echo "after $?"', "after 1\n", 0],
  ["x=1; echo ${x:?gone}", "1\n", 0],
  ['echo "${x:-"quoted word"}" "${x:-\'single\'}" ${x:-\'a b\'}', "quoted word 'single' a b\n", 0],
  ["echo ${x:-$(echo cmd)}", "cmd\n", 0],
  ["echo ${x:-${y:-deep}}", "deep\n", 0],
  ['set -- a "b c"; printf \'%s|\' ${1+"$@"}; echo', "a|b c|\n", 0],
  ["printf '%s|' ${1+\"$@\"}; echo end", "|end\n", 0],
  ["x=; printf '%s|' a ${x:+-x} b; echo", "a|b|\n", 0],
  ["x=1; printf '%s|' a ${x:+-x} b; echo", "a|-x|b|\n", 0],
]);

table("trims and replaces", [
  [
    "p=/usr/local/lib/x.tar.gz; echo ${p##*/} ${p%/*} ${p%%.*} ${p#*/} ${p%.gz}",
    "x.tar.gz /usr/local/lib /usr/local/lib/x usr/local/lib/x.tar.gz /usr/local/lib/x.tar\n",
    0,
  ],
  ["x=aXbXc; echo ${x#*X} ${x##*X} ${x%X*} ${x%%X*}", "bXc c aXb a\n", 0],
  ["x=hello; echo ${x/l/L} ${x//l/L} ${x/#h/J} ${x/%o/0}", "heLlo heLLo Jello hell0\n", 0],
  ["x=hello; echo ${x//l} ${x/l}", "heo helo\n", 0],
  ["x=a.b.c; echo ${x//./-}", "a-b-c\n", 0],
  ['x=\'a*b\'; echo "${x//\\*/+}" "${x#a\\*}"', "a+b b\n", 0],
  ['x=foo.bar; s=.bar; echo ${x%$s} "${x%"$s"}"', "foo foo\n", 0],
  ["x=abcabc; echo ${x//[ab]/_} ${x/?(a)b/Z}", "__c__c Zcabc\n", 0],
  ['x="a b c"; echo "${x// /_}"', "a_b_c\n", 0],
  ["x=path/to/file; echo ${x//\\//:}", "path:to:file\n", 0],
  ['x=aaa; echo "${x/#/pre}" "${x/%/post}"', "preaaa aaapost\n", 0],
  ["x=日本語; echo ${x#?} ${x%?} ${x/本/x}", "本語 日本 日x語\n", 0],
  ["x=abc; echo ${x/z/y}", "abc\n", 0],
  ["x=aXb; r='[&]'; echo \"${x/X/$r}\"", "a[X]b\n", 0],
]);

table("lengths and slices", [
  ["x=hello; echo ${#x} ${x:1} ${x:1:3} ${x: -2} ${x:0:-1} ${x:(-3):2}", "5 ello ell lo hell ll\n", 0],
  ["x=日本語🎉; echo ${#x} ${x:1:2} ${x:3}", "4 本語 🎉\n", 0],
  ["x=abc; i=1; echo ${x:i:1} ${x:$i:i+1}", "b bc\n", 0],
  ['x=abc; echo "[${x:5}]" "[${x:3}]"', "[] []\n", 0],
  ["echo ${#} ${#x}", "0 0\n", 0],
  ['set -- a b c; echo ${@:2} ${@:1:2} ${#@} ${#} "${@: -1}"', "b c a b 3 3 c\n", 0],
  ['set -- a b c; echo "${@:0:2}"', "kaish a\n", 0],
]);

table("case and transforms", [
  ["x=hello; echo ${x^} ${x^^} ${x^^[el]}", "Hello HELLO hELLo\n", 0],
  ["x=HELLO; echo ${x,} ${x,,} ${x,,[EL]}", "hELLO hello HellO\n", 0],
  ['x="it\'s"; echo ${x@Q}', "'it'\\''s'\n", 0],
  ["x='a b'; echo ${x@Q} ${x@U}", "'a b' A B\n", 0],
  ["x=élan; echo ${x^}", "Élan\n", 0],
]);

table("indirect and names", [
  ["x=y; y=5; echo ${!x}", "5\n", 0],
  ['abc_1=x abc_2=y; echo ${!abc_@} "${!abc_*}"', "abc_1 abc_2 abc_1 abc_2\n", 0],
  ["set -- a b; i=2; echo ${!i}", "b\n", 0],
]);

table("special parameters", [
  ['set -- a b c; echo $# $1 $3 "$*"', "3 a c a b c\n", 0],
  ['set -- a "b c"; printf \'%s|\' "$@"; echo', "a|b c|\n", 0],
  ['set -- a "b c"; printf \'%s|\' "x$@y"; echo', "xa|b cy|\n", 0],
  ['set -- a b; IFS=,; echo "$*"', "a,b\n", 0],
  ['set -- a b; IFS=; echo "$*"', "ab\n", 0],
  ["set --; printf '%s|' \"$@\" end; echo", "end|\n", 0],
  ["set -- 1 2 3 4 5 6 7 8 9 ten; echo ${10} $10", "ten 10\n", 0],
  ["false; echo $?", "1\n", 0],
  ["true; echo $?; (exit 7); echo $?", "0\n7\n", 0],
  ["echo $0", "kaish\n", 0],
  ["shift; echo $?", "1\n", 0],
  ["set -- a b c; shift; echo $*; shift 2; echo $#", "b c\n0\n", 0],
  ["f() { echo $# $1 $0; }; f x y", "2 x kaish\n", 0],
  ["echo a b; echo $_", "a b\nb\n", 0],
  ["true | false | true; echo $PIPESTATUS", "0\n", 0],
  ['false | true; echo "$PIPESTATUS" ${PIPESTATUS[1]}', "1 0\n", 0],
  ['[[ abc =~ b(.) ]]; echo $BASH_REMATCH ${BASH_REMATCH[1]} "${BASH_REMATCH}x"', "bc c bcx\n", 0],
  ['g() { echo $FUNCNAME; }; f() { g; echo "$FUNCNAME"; }; f', "g\nf\n", 0],
  ["echo ${FUNCNAME[0]}; f() { echo ${FUNCNAME[0]}; }; f", "\nf\n", 0],
  ["false | true | (exit 3); echo ${PIPESTATUS[@]}", "1 0 3\n", 0],
  ["echo $LINENO\necho $LINENO", "1\n2\n", 0],
  ["RANDOM=42; a=$RANDOM; RANDOM=42; b=$RANDOM; [ $a = $b ] && echo same", "same\n", 0],
  ["[[ $$ -gt 0 ]] && echo pid", "pid\n", 0],
  ['echo "$-" | grep -q e || echo off; set -e; case $- in *e*) echo on;; esac', "off\non\n", 0],
  ["printf '%q' \"$IFS\"", "$' \\t\\n'", 0],
  ["cd /tmp; cd /; echo $PWD $OLDPWD", "/ /tmp\n", 0],
]);

table("unset under nounset", [
  ["set -u; echo $nope; echo after", "", 127],
  ["set -u; echo ${nope:-ok} ${nope+x}; echo after", "ok\nafter\n", 0],
  ['set -u; x=; echo "[$x]"', "[]\n", 0],
  ['set -u; (echo $nope); echo "after $?"', "after 1\n", 0],
  ['set -u; set --; echo "$@" $# end', "0 end\n", 0],
  ["set -u; echo $1", "", 127],
]);
