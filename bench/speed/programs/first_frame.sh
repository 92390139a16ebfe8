# Runs a command that encodes a video, and tells as JSON after how long its encoder was started, which
# is when the first picture for it is there. What stands in the place of ffmpeg goes to FOLDER.
#
# usage: sh first_frame.sh FOLDER COMMAND...

folder=$1
shift
mkdir -p "$folder"
cat >"$folder/ffmpeg" <<END
#!/bin/sh
case " \$* " in
*" -i pipe:0 "*) date +%s%N >"$folder/started" ;;
esac
exec "$(command -v ffmpeg)" "\$@"
END
chmod +x "$folder/ffmpeg"
begun=$(date +%s%N)
PATH=$folder:$PATH "$@" || exit
echo "{ \"firstFrameMs\": $((($(cat "$folder/started") - begun) / 1000000)) }"
