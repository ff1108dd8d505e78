package io.espalier.orchestrator.rollout;

/**
 * How far a rollout has come, in numbers.
 *
 * @param hosts that it changes or would change
 * @param wave the highest of which a host was sent to; 0 before that
 */
public record Progress(int hosts, int applied, int failed, int waiting, int wave) {

    static final Progress NONE = new Progress(0, 0, 0, 0, 0);

    Progress plus(Progress other) {
        return new Progress(
                hosts + other.hosts,
                applied + other.applied,
                failed + other.failed,
                waiting + other.waiting,
                Math.max(wave, other.wave));
    }
}
