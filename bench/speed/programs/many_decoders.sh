# Has ffmpeg decode a clip so many times at once, and nothing else: the least that as many feeds take.
# It fails if any of them does.
#
# usage: sh many_decoders.sh CLIP COUNT

pids=
while [ "$(echo $pids | wc -w)" -lt "$2" ]; do
  ffmpeg -v error -nostdin -i "$1" -map 0:v:0 -fps_mode passthrough -f null - &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || code=1; done
exit ${code:-0}
