/// The engine of PyLoop: an asyncio event loop inside the Python process.
module databridge.pyloop {
    requires static org.jspecify;
}
