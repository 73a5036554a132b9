import { table } from "../../language/harness.ts";

table("echo", [
  ["echo a  b", "a b\n", 0],
  ["echo -n x; echo -e '\\x41\\t|'", "xA\t|\n", 0],
  ["echo \"$(printf '%05d' 42)\"", "00042\n", 0],
  ["printf -v x '%s-%s' a b; echo \"$x\"", "a-b\n", 0],
  ["printf '%s\\n' \"${PWD##*/}\" | wc -l", "1\n", 0],
  ["printf '%d %s\\n' 1 a 2; echo $?", "1 a\n2 \n0\n", 0],
  ["printf '%z' 2>/dev/null; echo $?", "1\n", 0],
  ["printf 2>/dev/null; echo $?", "2\n", 0],
]);

table("test", [
  ["[ a = a ] && echo y", "y\n", 0],
  ["[ a = b ] || echo n", "n\n", 0],
  ["[ -f lines -a -d . ] && echo both", "both\n", 0],
  ["[ ! -e nope ] && echo none", "none\n", 0],
  ["[ 1 -eq x ] 2>/dev/null; echo $?", "2\n", 0],
  ["[ a = a 2>/dev/null; echo $?", "2\n", 0],
  ["test; echo $?", "1\n", 0],
  ['x=5; test "$x" -gt 3 && echo big', "big\n", 0],
  ["[ -t 1 ] || echo no", "no\n", 0],
  ["[ -v HOME ] && echo set", "set\n", 0],
  ["set -e; [ -o errexit ] && echo on", "on\n", 0],
]);

table("true", [
  ["true a b; echo $?", "0\n", 0],
  ["false; echo $?", "1\n", 0],
  [': "$(echo x >&2)" 2>/dev/null; echo $?', "0\n", 0],
]);

table("cd", [
  ["cd /usr && pwd", "/usr\n", 0],
  ["cd /usr; cd /; cd -", "/usr\n", 0],
  ["cd /usr; cd ..; pwd", "/\n", 0],
  ["cd /nonexistent 2>/dev/null; echo $?", "1\n", 0],
  ["cd; echo $? 2>/dev/null", "1\n", 0],
  ["HOME=/usr; cd; pwd", "/usr\n", 0],
  ["unset HOME; cd 2>/dev/null; echo $?", "1\n", 0],
  ["cd lines 2>/dev/null; echo $?", "1\n", 0],
  ["cd /usr/bin; echo \"$PWD $OLDPWD\" | sed 's/ .*//'", "/usr/bin\n", 0],
  ['(cd /usr; pwd); [ "$PWD" != /usr ] && echo back', "/usr\nback\n", 0],
  ["CDPATH=/usr; cd lib && pwd", "/usr/lib\n/usr/lib\n", 0],
  ["cd /usr//lib/../bin/.; pwd", "/usr/bin\n", 0],
  ["cd -P /usr/lib; pwd -P", "/usr/lib\n", 0],
  ["cd ''; echo $?", "0\n", 0],
  ["cd / && pwd -L", "/\n", 0],
]);

table("pushd", [
  [
    "cd /; pushd /usr; pushd /bin >/dev/null; dirs -p | head -n 1; popd; popd 2>/dev/null; popd 2>/dev/null; echo $?",
    "/usr /\n/bin\n/usr /\n/\n1\n",
    0,
  ],
  ["cd /; pushd /usr >/dev/null; pushd; pwd", "/ /usr\n/\n", 0],
  ["cd /; pushd -n /usr; pwd", "/ /usr\n/\n", 0],
  ["cd /; pushd /usr >/dev/null; pushd /etc > /dev/null; pushd +1; dirs -v", "/usr / /etc\n 0  /usr\n 1  /\n 2  /etc\n", 0],
  ["cd /; pushd /usr >/dev/null; pushd /etc > /dev/null; popd +1; popd -0", "/etc /\n/etc\n", 0],
  ["cd /; pushd /usr >/dev/null; dirs +1; dirs -c; dirs", "/\n/usr\n", 0],
  ["cd /; pushd 2>/dev/null; echo $?", "1\n", 0],
  ["HOME=/usr; cd /usr; dirs; dirs -l", "~\n/usr\n", 0],
]);

table("declare", [
  ["declare x=5; echo $x", "5\n", 0],
  ["declare -i n=2+3; n+=4; echo $n", "9\n", 0],
  ["declare -u s=abc; echo $s; s=def; echo $s", "ABC\nDEF\n", 0],
  ["declare -l s=ABC; echo $s", "abc\n", 0],
  ["declare -r c=1; (c=2) 2>/dev/null; echo $? $c", "1 1\n", 0],
  ["declare -x E=1; declare -p E", 'declare -x E="1"\n', 0],
  ["declare -p nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["declare -a xs=(a b); declare -p xs", 'declare -a xs=([0]="a" [1]="b")\n', 0],
  ["declare -A m=([k]=v); declare -p m", 'declare -A m=([k]="v" )\n', 0],
  ["declare -A m; m[a]=1; echo ${m[a]}", "1\n", 0],
  ["f() { declare x=in; echo $x; }; x=out; f; echo $x", "in\nout\n", 0],
  ["f() { declare -g x=in; }; x=out; f; echo $x", "in\n", 0],
  ['f() { local a=1 b=2; echo $a$b; }; f; echo "[$a$b]"', "12\n[]\n", 0],
  ['f() { local x; echo "[${x-unset}]"; }; x=1; f', "[unset]\n", 0],
  ["f() { local -i n=1+1; echo $n; }; f", "2\n", 0],
  ["local x 2>/dev/null; echo $?", "1\n", 0],
  ["f() { local xs=(a b); echo ${#xs[@]}; }; f", "2\n", 0],
  ["declare -i n; n=3*4; echo $n", "12\n", 0],
  ["declare +i n=3+4; echo $n", "3+4\n", 0],
  ["declare -q 2>/dev/null; echo $?", "2\n", 0],
  ["declare 1x=2 2>/dev/null; echo $?", "1\n", 0],
  ["declare x=1 2y=3 z=4 2>/dev/null; echo $? $x $z", "1 1 4\n", 0],
  ["f() { :; }; declare -F f; declare -F nof; echo $?", "f\n1\n", 0],
  ["declare x; declare -p x", "declare -- x\n", 0],
  ["declare s='a \"b\" $c `d` \\e'; declare -p s", 'declare -- s="a \\"b\\" \\$c \\`d\\` \\\\e"\n', 0],
  ["declare s=$'a\\nb'; declare -p s", "declare -- s=$'a\\nb'\n", 0],
  ["declare -ri k=5; declare -p k", 'declare -ir k="5"\n', 0],
  ["declare -xr E=2; declare -p E", 'declare -rx E="2"\n', 0],
  ["x=1; declare -p x", 'declare -- x="1"\n', 0],
  ["typeset y=2; echo $y", "2\n", 0],
  ["export A=1 B; bash -c 'echo $A' ; export -n A; bash -c 'echo [$A]'", "1\n[]\n", 0],
  ["export 1A=2 2>/dev/null; echo $?", "1\n", 0],
  ["A=1; export A; bash -c 'echo $A'", "1\n", 0],
  ["readonly R=1; R=2 2>/dev/null; echo no", "", 1],
  ["readonly R=1; (unset R) 2>/dev/null; echo $? $R", "1 1\n", 0],
  ["readonly R=1; readonly R; readonly -p | grep R=", 'declare -r R="1"\n', 0],
  ["export A=a; export -p | grep ' A='", 'declare -x A="a"\n', 0],
  ["x=1; x+=2; echo $x; declare -i x; x+=2; echo $x", "12\n14\n", 0],
]);

table("unset", [
  ['x=1; unset x; echo "[${x-unset}]"', "[unset]\n", 0],
  ["unset nosuch; echo $?", "0\n", 0],
  ["xs=(a b c); unset 'xs[1]'; echo \"${xs[@]}\"", "a c\n", 0],
  ["declare -A m=([a]=1 [b]=2); unset 'm[a]'; echo \"${!m[@]}\"", "b\n", 0],
  ["f() { echo f; }; unset -f f; f 2>/dev/null; echo $?", "127\n", 0],
  ["f() { echo f; }; unset f; f 2>/dev/null; echo $?", "127\n", 0],
  ['f=1; f() { echo f; }; unset f; f; echo "[$f]"', "f\n[]\n", 0],
  ["unset 1x 2>/dev/null; echo $?", "0\n", 0],
  ["unset -q 2>/dev/null; echo $?", "", 2, "K101: an unknown flag is refused before anything runs"],
]);

table("set", [
  ["set -- a 'b c' d; echo $# \"$2\"", "3 b c\n", 0],
  ["set a b; echo $1", "a\n", 0],
  ["set -- ; echo $#", "0\n", 0],
  ["set -u; (echo $nope) 2>/dev/null; echo $?", "1\n", 0],
  ["set -o pipefail; false | true; echo $?", "1\n", 0],
  ["set +o pipefail; false | true; echo $?", "0\n", 0],
  ["set -o nosuch 2>/dev/null; echo $?", "2\n", 0],
  ["set -Z 2>/dev/null; echo $?", "2\n", 0],
  ["set -f; echo *; set +f", "*\n", 0],
  ["set -- -a -b; echo $1; set -; echo $1", "-a\n-a\n", 0],
  ["set -x; set - a; echo $1", "a\n", 0],
  ["set -e; false; echo no", "", 1],
  ["shift 2>/dev/null; echo $?", "1\n", 0],
  ["set -- a b c; shift; echo $*; shift 2; echo $#", "b c\n0\n", 0],
  ["set -- a; shift 5; echo $? $#", "1 1\n", 0],
  ["set -- a; shift -1 2>/dev/null; echo $?", "1\n", 0],
  ["set -- a; shift 0; echo $1", "a\n", 0],
]);

table("flow", [
  ["for i in 1 2 3; do for j in a b; do [ $j = b ] && continue 2; echo $i$j; done; done", "1a\n2a\n3a\n", 0],
  ["for i in 1 2 3; do for j in a b; do [ $i = 2 ] && break 2; echo $i$j; done; done", "1a\n1b\n", 0],
  ["break 2>/dev/null; echo $?", "0\n", 0],
  ["continue 2>/dev/null; echo $?", "0\n", 0],
  ["for i in 1 2; do break 0 2>/dev/null; echo in; done; echo $?", "1\n", 0],
  ["for i in 1 2; do echo $i; break 99; done", "1\n", 0],
  ["f() { return 3; echo no; }; f; echo $?", "3\n", 0],
  ["f() { false; return; }; f; echo $?", "1\n", 0],
  ["return 3 2>/dev/null; echo $?", "2\n", 0],
  ["f() { return 256; }; f; echo $?", "0\n", 0],
  ["f() { return -1; }; f; echo $?", "255\n", 0],
  ["f() { return abc; } 2>/dev/null; f 2>/dev/null; echo $?", "2\n", 0],
  ["(exit 3); echo $?", "3\n", 0],
  ["(exit 300); echo $?", "44\n", 0],
  ["(exit -1); echo $?", "255\n", 0],
  ["(exit abc) 2>/dev/null; echo $?", "2\n", 0],
  ["exit 7; echo no", "", 7],
  ["false; exit", "", 1],
  ["f() { exit 4; }; f; echo no", "", 4],
]);

table("source", [
  ["echo 'x=5; echo in $1' > lib; . ./lib arg; echo $x", "in arg\n5\n", 0],
  ["echo 'return 3; echo no' > lib; . ./lib; echo $?", "3\n", 0],
  [". ./nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["source 2>/dev/null; echo $?", "2\n", 0],
  ["set -- p; echo 'echo $1' > lib; . ./lib; . ./lib q; echo $1", "p\nq\np\n", 0],
  ["echo 'f() { echo from f; }' > lib; source ./lib; f", "from f\n", 0],
  ["mkdir d; echo 'echo on path' > d/lib; PATH=$PWD/d:$PATH; . lib", "on path\n", 0],
]);

table("eval and exec", [
  ["exec 3> out; echo hi >&3; exec 3>&-; cat out", "hi\n", 0],
  ["(exec echo replaced; echo no)", "replaced\n", 0],
  ["(exec nosuchcmd) 2>/dev/null; echo $?", "127\n", 0],
  ["exec > f; echo x; exec >&2; cat f >&2", "", 0],
  ["let 'x = 3 * 4' y=x+1; echo $x $y", "12 13\n", 0],
  ["let 0; echo $?", "1\n", 0],
  ["let 1; echo $?", "0\n", 0],
  ["let 'x=1/0' 2>/dev/null; echo $?", "1\n", 0],
  ["let x++ x++; echo $x", "2\n", 0],
  ["command echo hi", "hi\n", 0],
  ["echo() { printf f; }; command echo hi; builtin echo hi", "hi\nhi\n", 0],
  ["command -v echo; command -v nosuch; echo $?", "echo\n1\n", 0],
  ["f() { :; }; command -v f if", "f\nif\n", 0],
  ["command -V if", "if is a shell keyword\n", 0],
  ["command -p echo p", "p\n", 0],
  ["builtin nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["type -t echo if nosuch f; echo $?", "builtin\nkeyword\n1\n", 0],
  ["f() { :; }; type -t f", "function\n", 0],
  ["type cd if", "cd is a shell builtin\nif is a shell keyword\n", 0],
  ["type -t sed", "file\n", 0],
  ["type nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["type -P cd; echo $?", "1\n", 0],
]);

table("alias", [
  ["alias x=y 2>/dev/null; alias x", "alias x='y'\n", 0],
  ["alias a='b c' d=\"it's\"; alias", "alias a='b c'\nalias d='it'\\''s'\n", 0],
  ["unalias nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["alias nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["alias a=b; unalias a; alias a 2>/dev/null; echo $?", "1\n", 0],
  ["alias a=b; unalias -a; alias", "", 0],
]);

table("read", [
  ["sleep 0.4 | { read -t 0.05 x; echo $?; }", "142\n", 0],
  ['(printf ab; sleep 0.6) | { read -t 0.2 x; echo "$? $x"; }', "142 ab\n", 0],
  ["printf 'a\\nb\\n' | { read -t 0; echo $?; read x; echo $x; }", "0\na\n", 0, "bash may look before the writer has written"],
  ["echo 'a b c' | { read x y; echo \"$x|$y\"; }", "a|b c\n", 0],
  ["read x < lines; echo $x", "one\n", 0],
  ["printf 'no newline' | { read x; echo \"$? $x\"; }", "1 no newline\n", 0],
  ["printf '' | { read x; echo \"$? [$x]\"; }", "1 []\n", 0],
  ["echo '  a  b  ' | { read x; echo \"[$x]\"; }", "[a  b]\n", 0],
  ["echo '  a  b  ' | { read; echo \"[$REPLY]\"; }", "[  a  b  ]\n", 0],
  ["echo 'a:b:c' | { IFS=: read x y; echo \"$x|$y\"; }", "a|b:c\n", 0],
  ["echo 'a::c:' | { IFS=: read x y z; echo \"$x|$y|$z\"; }", "a||c\n", 0],
  ["echo 'a:b:' | { IFS=: read x y; echo \"$x|$y\"; }", "a|b\n", 0],
  ["echo 'a : b : c' | { IFS=' :' read x y z; echo \"$x|$y|$z\"; }", "a|b|c\n", 0],
  ["echo 'a\\tb\\\\c' | { read x; echo \"$x\"; }", "atb\\c\n", 0],
  ["echo 'a\\tb\\\\c' | { read -r x; echo \"$x\"; }", "a\\tb\\\\c\n", 0],
  ["printf 'a\\\\\\nb\\n' | { read x; echo \"$x\"; }", "ab\n", 0],
  ["printf 'a\\\\ b c\\n' | { read x y; echo \"$x|$y\"; }", "a b|c\n", 0],
  ["echo 'a b c' | { read -a xs; echo \"${#xs[@]} ${xs[1]}\"; }", "3 b\n", 0],
  ["printf 'a;b' | { read -d ';' x; echo \"$? $x\"; }", "0 a\n", 0],
  ["printf 'a\\0b\\0' | { read -d '' x; echo \"$? $x\"; }", "0 a\n", 0],
  ['echo abcdef | { read -n 3 x; echo "$x"; read y; echo "$y"; }', "abc\ndef\n", 0],
  ["echo 'a b' | { read -n 3 x; echo \"[$x]\"; }", "[a b]\n", 0],
  ["printf 'ab\\ncd' | { read -N 4 x; echo \"[$x]\"; }", "[ab\nc]\n", 0],
  ['echo éàü | { read -n 2 x; echo "$x"; }', "éà\n", 0],
  ["echo x | { read -n 0 y; echo $?; }", "0\n", 0],
  ["read -u 3 x 3< lines; echo $x", "one\n", 0],
  ["read x y <<< 'one two three'; echo \"$y\"", "two three\n", 0],
  ['while read -r l; do echo "<$l>"; done < lines', "<one>\n<two>\n<three>\n", 0],
  ["echo a | { read 1x 2>/dev/null; echo $?; }", "1\n", 0],
  ["echo 'x y' | { read -r a b c; echo \"[$a][$b][$c]\"; }", "[x][y][]\n", 0],
  ["n=0; cat lines | while read l; do n=$((n+1)); done; echo $n", "3\n", 0],
  ["echo abc | { read -t 5 x; echo $? $x; }", "0 abc\n", 0],
  ["IFS= read -r x <<< '  spaces  '; echo \"[$x]\"", "[  spaces  ]\n", 0],
  ["IFS=, read -ra xs <<< 'a,b,,c,'; echo ${#xs[@]}", "4\n", 0],
  ["read -p prompt x <<< v; echo $x", "v\n", 0],
  ['echo "a\tb" | { IFS=$\'\\t\' read x y; echo "$x-$y"; }', "a-b\n", 0],
  ["printf 'l1\\nl2\\n' | { read a; read b; echo $b$a; }", "l2l1\n", 0],
]);

table("mapfile", [
  ['mapfile -t xs < lines; echo ${#xs[@]} "${xs[1]}"', "3 two\n", 0],
  ["mapfile xs < lines; printf '%s' \"${xs[@]}\"", "one\ntwo\nthree\n", 0],
  ['mapfile -t -n 2 xs < lines; echo "${xs[@]}"', "one two\n", 0],
  ['mapfile -t -s 1 xs < lines; echo "${xs[@]}"', "two three\n", 0],
  ['readarray -t < lines; echo "${MAPFILE[2]}"', "three\n", 0],
  ['mapfile -d : -t xs <<< a:b; echo ${#xs[@]} "${xs[0]}"', "2 a\n", 0],
  ['xs=(x y); mapfile -t -O 1 xs < lines; echo "${xs[@]}"', "x one two three\n", 0],
  ["mapfile -t xs < /dev/null; echo ${#xs[@]}", "0\n", 0],
]);

table("getopts", [
  ['set -- -a -b val rest; while getopts ab: o; do echo "$o $OPTARG"; done; echo $OPTIND', "a \nb val\n4\n", 0],
  ['set -- -abval; while getopts ab: o; do echo "$o $OPTARG"; done; echo $OPTIND', "a \nb val\n2\n", 0],
  ['set -- -x; getopts a o 2>/dev/null; echo "$? $o [$OPTARG]"', "0 ? []\n", 0],
  ['set -- -x; getopts :a o; echo "$? $o [$OPTARG]"', "0 ? [x]\n", 0],
  ['set -- -b; getopts :b: o; echo "$? $o [$OPTARG]"', "0 : [b]\n", 0],
  ['set -- -b; getopts b: o 2>/dev/null; echo "$? $o [$OPTARG]"', "0 ? []\n", 0],
  ["set -- -a -- -b; while getopts ab o; do echo $o; done; shift $((OPTIND-1)); echo $1", "a\n-b\n", 0],
  ["set -- x -a; getopts a o; echo $? $OPTIND", "1 1\n", 0],
  ["getopts ab o -b; echo $o $OPTIND", "b 2\n", 0],
  ["set -- -a -b; getopts ab o; OPTIND=1; getopts ab o; echo $o", "a\n", 0],
  [
    "f() { local OPTIND=1; while getopts xy: o; do printf '%s%s ' $o \"$OPTARG\"; done; echo; }; f -x -y 1; f -y 2 -x",
    "x y1 \ny2 x \n",
    0,
  ],
]);

table("shopt", [
  ["shopt -s nocasematch; [[ ABC == abc ]] && echo same; case X in x) echo x;; esac", "same\nx\n", 0],
  ["shopt -s nocasematch; [[ xABCx =~ a(b)c ]] && echo ${BASH_REMATCH[1]}; v=ABC; echo ${v/b/-} ${v#a}", "B\nA-C ABC\n", 0],
  ["p='B*'; [[ b == $p ]]; echo $?; shopt -s nocasematch; [[ b == $p ]]; echo $?", "1\n0\n", 0],
  ["shopt -s dotglob; echo *", ".hidden a b.txt c.txt lines\n", 0],
  ["shopt -s nocaseglob; echo LI*", "lines\n", 0],
  ["shopt -s nullglob; echo *.zzz end", "end\n", 0, "bash's failglob is stronger; here who asks for nullglob gets it"],
  ["shopt -q extglob; echo $?", "0\n", 0],
  ["shopt nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["shopt -p dotglob", "shopt -u dotglob\n", 1],
  ["shopt -s dotglob; shopt dotglob", "dotglob        \ton\n", 0],
  ["shopt -so errexit; false; echo no", "", 1],
]);

table("trap", [
  ["trap 'echo bye' EXIT; echo hi", "hi\nbye\n", 0],
  ["trap 'echo bye' EXIT; trap - EXIT; echo hi", "hi\n", 0],
  ["trap 'echo err' ERR; false; true; echo end", "err\nend\n", 0],
  ["trap 'echo one' INT; trap", "trap -- 'echo one' SIGINT\n", 0],
  ['trap "echo it\'s" EXIT; trap -p EXIT; trap - EXIT', "trap -- 'echo it'\\''s' EXIT\n", 0],
  ["trap 'echo x' NOSUCH 2>/dev/null; echo $?", "1\n", 0],
  ["trap 'echo got' USR1; kill -USR1 $$; echo after", "got\nafter\n", 0],
  ["trap '' INT; trap", "trap -- '' SIGINT\n", 0],
  ["trap 'echo $?' EXIT; (exit 3)", "3\n", 3],
  ["(trap 'echo sub' EXIT); echo main", "sub\nmain\n", 0],
  ["trap 'echo a' EXIT TERM; trap EXIT; trap", "trap -- 'echo a' SIGTERM\n", 0],
  ["kill -l 9; kill -l TERM; kill -l 137", "KILL\n15\nKILL\n", 0],
  ["kill -l nosuch 2>/dev/null; echo $?", "1\n", 0],
  ["kill 2>/dev/null; echo $?", "2\n", 0],
  ["kill -0 $$; echo $?", "0\n", 0],
  ["kill 99999999 2>/dev/null; echo $?", "1\n", 0],
]);

table("jobs", [
  ["sleep 0.01 & wait; echo $?", "0\n", 0],
  ["(exit 3) & wait $!; echo $?", "3\n", 0],
  ["wait 99999 2>/dev/null; echo $?", "127\n", 0],
  ["sleep 5 & kill $!; wait $! 2>/dev/null; echo $?", "143\n", 0],
  ["(exit 4) & wait -n; echo $?", "4\n", 0],
  ["true & false & wait; echo $?", "0\n", 0],
  ["wait %9 2>/dev/null; echo $?", "127\n", 0],
  ["fg 2>/dev/null; echo $?", "1\n", 0],
  ["jobs; echo $?", "0\n", 0],
  ["disown 2>/dev/null; echo $?", "1\n", 0],
]);

table("umask", [
  ["umask 027; umask", "0027\n", 0],
  ["umask 022; umask -S", "u=rwx,g=rx,o=rx\n", 0],
  ["umask u=rwx,g=rx,o=; umask", "0027\n", 0],
  ["umask 9 2>/dev/null; echo $?", "1\n", 0],
  ["umask 077; umask -p", "umask 0077\n", 0],
  ["umask 022; umask g-r; umask", "0062\n", 0],
]);

table("hash", [
  ["hash -r; echo $?", "0\n", 0],
  ["hash nosuchcmd 2>/dev/null; echo $?", "1\n", 0],
]);

table("env", [
  ["env -i A=1 B='x y'", "A=1\nB=x y\n", 0],
  ["A=1 env | grep '^A='", "A=1\n", 0],
  ["env A=1 bash -c 'echo $A'", "1\n", 0],
  ["env -u HOME bash -c 'echo [$HOME]'", "[]\n", 0],
  ["export A=5; printenv A; printenv NOSUCH; echo $?", "5\n1\n", 0],
  ["env -i bash -c 'echo [$HOME]'", "[]\n", 0],
  ["env -i A=1 B=2 printenv", "A=1\nB=2\n", 0],
  ["env nosuchcmd 2>/dev/null; echo $?", "127\n", 0],
]);

table("date", [
  ["date -u -d @0 '+%Y-%m-%d %H:%M:%S'", "1970-01-01 00:00:00\n", 0],
  [
    "date -u -d '2024-02-29 13:05:09' '+%a %A %b %B %d %e %j %u %w %V %I %p %y'",
    "Thu Thursday Feb February 29 29 060 4 4 09 01 PM 24\n",
    0,
  ],
  ["date -u -d @1700000000 +%s%N", "1700000000000000000\n", 0],
  ["date -u -d @86400 -Iseconds", "1970-01-02T00:00:00+00:00\n", 0],
  ["date -u -d @86400 -R", "Fri, 02 Jan 1970 00:00:00 +0000\n", 0],
  ["date -u -d @0", "Thu Jan  1 00:00:00 UTC 1970\n", 0],
  ["date -u -d '2024-13-01' 2>/dev/null; echo $?", "1\n", 0],
  ["TZ=America/New_York date -d @1700000000 '+%H:%M %z %Z'", "17:13 -0500 EST\n", 0],
  ["TZ=Europe/Paris date -d '2024-07-01 12:00' +%s", "1719828000\n", 0],
  [
    "date -u -d @0 '+%-d|%_d|%03d|%^a|%:z|%F|%T|%D|%R|%n|%t|%%'",
    "1| 1|001|THU|+00:00|1970-01-01|00:00:00|01/01/70|00:00|\n|\t|%\n",
    0,
  ],
]);

table("sleep, timeout", [
  ["sleep 0; echo $?", "0\n", 0],
  ["sleep 2>/dev/null; [ $? != 0 ] && echo bad", "bad\n", 0],
  ["sleep 0.01s 0m; echo $?", "0\n", 0],
  ["timeout 5 echo ok", "ok\n", 0],
  ["timeout 0.05 sleep 5; echo $?", "124\n", 0],
  ["timeout 5 bash -c 'exit 3'; echo $?", "3\n", 0],
  ["timeout 5 nosuchcmd 2>/dev/null; echo $?", "127\n", 0],
]);

table("expressions that backtrack", [
  ["a=$(printf 'a%.0s' {1..3000}); [[ $a =~ ^(a*)*$ ]]; echo $?", "0\n", 0],
  ["a=$(printf 'a%.0s' {1..3000}); [[ ${a}c =~ ^(a|a)*b ]]; echo $?", "1\n", 0],
  ["a=$(printf 'a%.0s' {1..3000}); [[ ${a}c =~ ^(a+)+$ ]]; echo $?", "1\n", 0],
]);
