package databridge.pyloop.loadgen;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// As much of HTTP as a client with one fixed request needs.
final class HttpHead {
    private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private HttpHead() {}

    /// @return head and body together
    static int messageLength(ByteBuffer received, int length) throws LoadException {
        byte[] bytes = new byte[length];
        received.get(0, bytes);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        Matcher matcher = CONTENT_LENGTH.matcher(text);
        if (end < 0 || !matcher.find() || matcher.start() > end) {
            throw new LoadException("no head with a Content-Length in the first " + length + " bytes");
        }
        return end + 4 + Integer.parseInt(matcher.group(1));
    }

    static void check(MemorySegment received, int from, int length, int offset) throws LoadException {
        if (offset > 0) {
            return;
        }
        for (int i = 0; i < Math.min(OK.length, length); i++) {
            if (received.get(ValueLayout.JAVA_BYTE, from + i) != OK[i]) {
                throw new LoadException("a response does not begin with HTTP/1.1 200");
            }
        }
    }
}
