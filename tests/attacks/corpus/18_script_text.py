"""Write a script into a text cell."""

CLASS = "18"
STOCK = "script in feedback"
FEEDBACK = True
CELLS = {
    "text": "Dear marker, <img src=x onerror=\"fetch('/@MARK@')\"> <script>1; '@MARK@'</script>"
}
