package io.espalier.orchestrator.render;

/**
 * @param path on the host
 * @param mode permission bits
 * @param origin where it came from
 */
public record RenderedFile(
        String path, Content content, String owner, String group, int mode, boolean secret, Origin origin) {

    /** The source and the path in it from which a file was rendered or copied. */
    public record Origin(String source, String path) {
        @Override
        public String toString() {
            return source + ":" + path;
        }
    }
}
