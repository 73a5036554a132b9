import { describe } from "vitest";
import { table } from "./harness.ts";

table("if and loops", [
  ["if true; then echo y; else echo n; fi", "y\n", 0],
  ["if false; then echo a; elif true; then echo b; else echo c; fi", "b\n", 0],
  ["if false; then echo a; fi; echo $?", "0\n", 0],
  ["i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done", "0\n1\n2\n", 0],
  ["i=3; until [ $i -eq 0 ]; do echo $i; ((i--)); done", "3\n2\n1\n", 0],
  ["for x in a b c; do echo $x; done", "a\nb\nc\n", 0],
  ["for x; do echo $x; done; set -- p q; for x; do echo $x; done", "p\nq\n", 0],
  ["for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done", "1\n3\n", 0],
  ["for i in 1 2; do for j in a b; do [ $j = b ] && continue 2; echo $i$j; done; done", "1a\n2a\n", 0],
  ["for i in 1 2; do for j in a b; do break 2; done; echo never; done; echo out", "out\n", 0],
  ["while true; do while true; do break 2; done; done; echo $?", "0\n", 0],
  ["for i in 1; do false; done; echo $?", "1\n", 0],
  ["while false; do :; done; echo $?", "0\n", 0],
  ["for i in; do echo never; done; echo $?", "0\n", 0],
  ['while read -r l; do echo "[$l]"; done < lines', "[one]\n[two]\n[three]\n", 0],
  ['while read -r a b; do echo "$b-$a"; done <<< "x y z"', "y z-x\n", 0],
  ["break; echo still", "still\n", 0],
  ["for i in 1 2 3; do if [ $i = 2 ]; then break; fi; done; echo $i", "2\n", 0],
  ["i=0; while :; do ((++i > 5)) && break; done; echo $i", "6\n", 0],
  ["select x in a b; do echo $x; break; done <<< 2 2>/dev/null", "b\n", 0],
]);

table("case", [
  ["case abc in a*) echo yes;; *) echo no;; esac", "yes\n", 0],
  ["case x in a|x) echo alt;; esac", "alt\n", 0],
  ["case x in y) echo y;; esac; echo $?", "0\n", 0],
  ["case a in a) echo 1;& b) echo 2;; c) echo 3;; esac", "1\n2\n", 0],
  ["case a in a) echo 1;;& ?) echo 2;;& b) echo 3;; *) echo 4;; esac", "1\n2\n4\n", 0],
  ["x='*'; case abc in \"$x\") echo quoted;; $x) echo active;; esac", "active\n", 0],
  ['case "a b" in "a b") echo sp;; esac', "sp\n", 0],
  ["case foo.txt in *.@(txt|md)) echo doc;; esac", "doc\n", 0],
  ["case [a] in \\[a\\]) echo lit;; esac", "lit\n", 0],
  ["case a in [[:upper:]]) echo U;; [[:lower:]]) echo L;; esac", "L\n", 0],
  ['case "" in "") echo empty;; esac', "empty\n", 0],
  ["case a in (a) echo paren;; esac", "paren\n", 0],
]);

table("functions", [
  ['f() { echo "f $1 $#"; }; f a b', "f a 2\n", 0],
  ["function g { echo g; }; g", "g\n", 0],
  ["f() { return 3; }; f; echo $?", "3\n", 0],
  ["f() { false; }; f; echo $?", "1\n", 0],
  ["f() { echo a; return; echo b; }; f; echo $?", "a\n0\n", 0],
  ['f() { local x=1; g; echo $x; }; g() { x=2; }; f; echo "[$x]"', "2\n[]\n", 0],
  ["x=g; f() { local x=l; echo $x; }; f; echo $x", "l\ng\n", 0],
  ['f() { local x; echo "[${x-unset}]"; }; x=1; f', "[unset]\n", 0],
  ["fact() { if [ $1 -le 1 ]; then echo 1; else echo $(( $1 * $(fact $(($1-1))) )); fi; }; fact 10", "3628800\n", 0],
  ["f() { f2() { echo inner; }; }; f; f2", "inner\n", 0],
  ["f() { for i in 1 2; do return 5; done; }; f; echo $?", "5\n", 0],
  ["f() ( cd /; x=5; ); x=1; f; echo $x", "1\n", 0],
  ["f() { echo out; } > f.out; f; cat f.out", "out\n", 0],
  ['f() { echo "$@"; }; f "a b" c | cat', "a b c\n", 0],
  ["f() { unset -f f; echo once; }; f; f 2>/dev/null; echo $?", "once\n127\n", 0],
  ["f() { g() { return 7; }; g; echo $?; }; f", "7\n", 0],
  ["return 3; echo $?", "2\n", 0],
  ["f() { set -- x y; echo $#; }; set -- a; f; echo $#", "2\n1\n", 0],
  ["f() { shift; echo $1; }; f a b", "b\n", 0],
  ["echo() { printf 'mine %s\\n' \"$*\"; }; echo hi; unset -f echo; echo hi", "mine hi\nhi\n", 0],
  ["recurse() { if (( $1 > 0 )); then recurse $(($1-1)); else echo bottom; fi; }; recurse 500", "bottom\n", 0],
]);

table("lists", [
  ["true && echo a || echo b", "a\n", 0],
  ["false && echo a || echo b", "b\n", 0],
  ["false || false && echo x; echo $?", "1\n", 0],
  ["true || echo no && echo yes", "yes\n", 0],
  ["! true; echo $?; ! false; echo $?", "1\n0\n", 0],
  ["{ echo a; echo b; } | cat", "a\nb\n", 0],
  ["(echo a; exit 3); echo $?", "a\n3\n", 0],
  ["{ false; }; echo $?", "1\n", 0],
  ["echo a; echo b & wait; echo c", "a\nb\nc\n", 0],
  ["exit 7; echo no", "", 7],
  ["(exit 300); echo $?", "44\n", 0],
  ["true; exit", "", 0],
  ["false; exit", "", 1],
]);

describe("[[ =~ ]] with a hostile expression", () => {
  const text = "$(printf 'a%.0s' {1..4000})";
  table("ends", [
    [`[[ ${text}c =~ ^(a|a)*b ]]; echo $?`, "1\n", 0],
    [`[[ ${text}é =~ ^(a|é|aé)*b ]]; echo $?; [[ ${text}😀é =~ ^(a+)+\\>! ]]; echo $?`, "1\n1\n", 0],
    ["x=$(printf 'a%.0s' {1..60}); [[ $x =~ ^(a?){40}a{40}b ]]; echo $?", "1\n", 0],
  ]);
});

table("cond", [
  ['[[ a == a ]] && echo 1; [[ a != b ]] && echo 2; [[ a < b ]] && echo 3; [[ -z "" && -n x ]] && echo 4', "1\n2\n3\n4\n", 0],
  ['[[ abc == a* ]] && echo glob; [[ abc == "a*" ]] || echo literal', "glob\nliteral\n", 0],
  ["x='a*'; [[ abc == $x ]] && echo active; [[ abc == \"$x\" ]] || echo quoted", "active\nquoted\n", 0],
  ['[[ foo123 =~ ^([a-z]+)([0-9]+)$ ]] && echo "${BASH_REMATCH[0]} ${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"', "foo123 foo 123\n", 0],
  ['[[ abc =~ b ]] && echo "${BASH_REMATCH[0]}"; [[ abc =~ "." ]] || echo lit', "b\nlit\n", 0],
  ["re='^a.c$'; [[ abc =~ $re ]] && echo yes", "yes\n", 0],
  ['[[ xabcd =~ (a|ab)(c|bcd) ]]; echo "${BASH_REMATCH[@]}"; [[ abc =~ a|ab ]]; echo "${BASH_REMATCH[@]}"', "abcd a bcd\nab\n", 0],
  ['[[ ab =~ ((a)|b)+(z)? ]]; echo "<${BASH_REMATCH[1]}${BASH_REMATCH[2]}${BASH_REMATCH[3]}> ${#BASH_REMATCH[@]}"', "<ba> 4\n", 0],
  ["[[ $'a\\nb' =~ ^a.b$ ]] && echo yes; [[ $'a\\nb' =~ ^b ]] || echo no; [[ é😀 =~ ^..$ ]] && echo two", "yes\nno\ntwo\n", 0],
  ["[[ a =~ *a ]]\necho $?\n[[ a =~ a{x ]]\necho $?", "2\n2\n", 0],
  ["[[ 2 -lt 10 && 10 -gt 2 && 3 -eq 3 && 1 -ne 2 && 2 -le 2 && 2 -ge 2 ]] && echo num", "num\n", 0],
  ["x=3; [[ x -eq 3 ]] && echo name; [[ 1+1 -eq 2 ]] && echo expr", "name\nexpr\n", 0],
  ["[[ -f lines && -d . && -e lines && -s lines && ! -e none && -r lines ]] && echo files", "files\n", 0],
  ["[[ -f none ]] || echo no", "no\n", 0],
  ["[[ (a == b || c == c) && ! d == e ]] && echo group", "group\n", 0],
  ['[[ x ]] && echo word; [[ "" ]] || echo empty', "word\nempty\n", 0],
  ["y=1; [[ -v y ]] && echo set; [[ -v nope ]] || echo unset", "set\nunset\n", 0],
  ["[[ a == b ]]; echo $?", "1\n", 0],
  ["ln -s lines l; [[ -L l ]] && echo link; [[ l -ef lines ]] && echo same", "link\nsame\n", 0],
  ['[[ "a b" == "a b" ]] && echo spaces; v="x y"; [[ $v == "x y" ]] && echo var', "spaces\nvar\n", 0],
  ['[[ $nope == "" ]] && echo empty', "empty\n", 0],
  ["[[ abc == @(abc|def) ]] && echo ext", "ext\n", 0],
  ["[[ aXb == *X* ]] && echo mid", "mid\n", 0],
]);

table("test", [
  ['[ 1 -eq 1 ] && echo a; [ a = a ] && echo b; [ -n "" ] || echo c; test -f lines && echo d', "a\nb\nc\nd\n", 0],
  ["[ ! -e none -a -f lines ] && echo and", "and\n", 0],
  ['[ "$x" ] || echo empty; x=1; [ "$x" ] && echo set', "empty\nset\n", 0],
]);
