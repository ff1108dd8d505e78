package io.espalier.agent.system;

import java.util.List;

/** The host's package manager. */
interface Packages {

    /** Those of {@code packages} that are not installed, in their order. */
    List<String> missing(List<String> packages) throws HostException;

    void install(List<String> packages) throws HostException;
}
