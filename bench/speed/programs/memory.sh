# Watches a process and all below it until it ends, then prints the most memory that they held: all
# together, and the largest Deno process among them, in bytes. With a FILE, it writes there how much
# that process held, ten times a second, behind the seconds since the machine started.
#
# usage: sh memory.sh PID [FILE]

page=$(getconf PAGESIZE)
peak=0
peak_deno=0

walk() {
  { read -r _ pages _ </proc/"$1"/statm && read -r name </proc/"$1"/comm; } 2>/dev/null || return 0
  all=$((all + pages))
  case $name in
  deno*) if [ "$pages" -gt "$deno" ]; then deno=$pages; fi ;;
  esac
  for list in /proc/"$1"/task/*/children; do # Any thread may have started processes.
    kids=
    { read -r kids <"$list"; } 2>/dev/null
    for kid in $kids; do walk "$kid"; done
  done
}

while [ -d /proc/"$1" ]; do
  all=0
  deno=0
  walk "$1"
  if [ "$all" -gt "$peak" ]; then peak=$all; fi
  if [ "$deno" -gt "$peak_deno" ]; then peak_deno=$deno; fi
  if [ -n "$2" ] && [ "$deno" -gt 0 ]; then
    read -r seconds _ </proc/uptime
    echo "$seconds $((deno * page))" >>"$2"
  fi
  sleep 0.1
done
echo "$((peak * page)) $((peak_deno * page))"
