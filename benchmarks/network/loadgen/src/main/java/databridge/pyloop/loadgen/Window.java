package databridge.pyloop.loadgen;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/// What one window measured.
///
/// @param wallNs from the first request to the last response
/// @param cpuNs processor time of the load generator's thread meanwhile
/// @param lost datagrams that were not answered
/// @param latencies of the responses, in nanoseconds
record Window(long wallNs, long cpuNs, int lost, Histogram latencies) {
    String json() {
        return String.format(
                Locale.ROOT,
                "{\"requests\": %d, \"seconds\": %.9f, \"client_cpu\": %.9f, \"lost\": %d, \"mean_us\": %.2f, "
                        + "\"p50_us\": %.2f, \"p90_us\": %.2f, \"p99_us\": %.2f, \"p999_us\": %.2f, \"max_us\": %.2f}",
                latencies.getTotalCount(),
                wallNs / 1e9,
                cpuNs / 1e9,
                lost,
                latencies.getMean() / 1e3,
                percentile(50),
                percentile(90),
                percentile(99),
                percentile(99.9),
                latencies.getMaxValue() / 1e3);
    }

    private double percentile(double percent) {
        return latencies.getValueAtPercentile(percent) / 1e3;
    }
}
