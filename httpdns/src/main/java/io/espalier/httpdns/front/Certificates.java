package io.espalier.httpdns.front;

import io.espalier.httpdns.front.FrontSettings.Tls;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificate and its key; read again when either file changes, so that renewing needs no restart. */
final class Certificates {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    private final Tls files;
    private volatile SslContext context;
    private FileTime readCertificates;
    private FileTime readKey;

    /** @throws IllegalArgumentException naming the file that is missing or no good */
    Certificates(Tls files) {
        this.files = files;
        try {
            readCertificates = Files.getLastModifiedTime(files.certificates());
            readKey = Files.getLastModifiedTime(files.key());
            context = read();
        } catch (IOException e) {
            throw new IllegalArgumentException("tls: cannot read " + e.getMessage(), e);
        }
    }

    SslContext context() {
        return context;
    }

    /** Looks whether the files have changed. Keeps what it has if the new ones are no good. */
    synchronized void refresh() {
        try {
            var certificates = Files.getLastModifiedTime(files.certificates());
            var key = Files.getLastModifiedTime(files.key());
            if (certificates.equals(readCertificates) && key.equals(readKey)) {
                return;
            }
            context = read();
            readCertificates = certificates;
            readKey = key;
            LOG.atInfo().addKeyValue("certificates", files.certificates()).log("read a new certificate");
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("keeping the old certificate: {}", e.getMessage());
        }
    }

    private SslContext read() throws IOException {
        try {
            return SslContextBuilder.forServer(
                            files.certificates().toFile(), files.key().toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "tls: no certificate chain in " + files.certificates() + ", or no PKCS#8 key for it in "
                            + files.key(),
                    e);
        }
    }
}
